// Long because it opens each piece of the binary protocol, for tests alone.
import { silentLog } from "../../core/log.ts";
import { AddressToken } from "../../core/net/address_token.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { UdpSource } from "../../core/net/udp_source.ts";
import { tagKeyFrom } from "../../core/net/datagram_tag.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { DatagramChannel } from "../client/datagram_channel.ts";
import { InputBuffer } from "../input_buffer.ts";
import type { Player } from "../player.ts";
import type { Tank } from "../simulation/tank.ts";
import { DATAGRAM_TYPES, newHeader, readHeader } from "../wire/datagram.ts";
import { encodeLeave } from "../wire/leave_message.ts";
import { BinaryConnection } from "./binary_connection.ts";
import type { ConnectionMetrics } from "./connection_metrics.ts";
import { Rng } from "../../core/rng.ts";
import { BinaryClient, type BinaryClientOptions } from "../client/binary_client.ts";
import type { ClientEvent } from "../client/client_event.ts";
import { randomBytesOf } from "../client/testing.ts";
import type { TokenCheck } from "../message_handler.ts";
import type { SessionManagerOptions } from "../session_manager_options.ts";
import { openTestSessions, type TestSessions } from "../testing.ts";
import type { BinaryDrop } from "./binary_drops.ts";
import { BINARY_DROPS } from "./binary_drops.ts";
import { BinaryEndpoint } from "./binary_endpoint.ts";
import { ConnectionTable } from "./connection_table.ts";
import { JoinDesk } from "./join_desk.ts";
import { PathProver } from "./path_prover.ts";
import { WIRE_REFUSALS } from "../wire/wire_refusal.ts";

/** How an endpoint under test differs from one that lets everybody play. */
export interface TestEndpointOptions {
  /** True by default. */
  readonly allowGuests?: boolean;
  /** Knows no token by default. */
  readonly checkToken?: TokenCheck;
  /** 30 s by default. */
  readonly silenceMs?: number;
  /** Of sessions. */
  readonly sessions?: Partial<SessionManagerOptions>;
  /** Replies to strangers of one host at once; many by default. */
  readonly strangersBurst?: number;
}

/** One way of a network: what is sent, and what carries it on. */
export type Carry = (datagram: Uint8Array, deliver: (datagram: Uint8Array) => void) => void;

/** A client and where it is. */
export interface TestClient {
  /** Takes and gives datagrams. */
  readonly core: BinaryClient;
  /** Where it sends from; to be changed, as a phone changes networks. */
  source: UdpSource;
  /** All that it told. */
  readonly events: ClientEvent[];
  /** To the server and back; at once and everything, unless it is changed. */
  there: Carry;
  /** See `there`. */
  back: Carry;
}

/** The server's end of the binary protocol on a clock that a test moves. */
export interface TestEndpoint {
  /** Sessions, and the clock. */
  readonly game: TestSessions;
  /** What is tested. */
  readonly endpoint: BinaryEndpoint;
  /** Its connections. */
  readonly connections: ConnectionTable;
  /** Every datagram that it sent, and where to. */
  readonly sent: { readonly bytes: Uint8Array; readonly to: UdpSource }[];
  /** What its players said. */
  readonly heard: string[];
  /** How many datagrams came to nothing for this reason. */
  drops(reason: BinaryDrop): number;
  /** Opens a client there, which is idle. */
  open(playerId: string, options?: Partial<BinaryClientOptions>): TestClient;
  /** Opens one and has it join. */
  play(playerId: string, options?: Partial<BinaryClientOptions>): Promise<TestClient>;
  /** Moves the clock on. */
  run(ms: number): Promise<void>;
}

const IGNORED = { value: 0, inc: (): void => {}, observe: (): void => {} };
/** Counts nothing. */
export const IGNORED_METRICS: ConnectionMetrics = {
  bytes: IGNORED,
  baselineTicks: IGNORED,
  inputsSkipped: IGNORED,
  inputsLate: IGNORED,
  messagesGivenUp: IGNORED,
};

/** Opens an endpoint on sessions of its own. For unit tests only. */
export function openTestEndpoint(options: TestEndpointOptions = {}): TestEndpoint {
  const { allowGuests = true, checkToken = () => Promise.resolve(undefined) } = options;
  const game = openTestSessions(options.sessions);
  const { clock, sessions } = game;
  const randomBytes = randomBytesOf(new Rng(99));
  const clients: TestClient[] = [];
  const sent: { bytes: Uint8Array; to: UdpSource }[] = [];
  const heard: string[] = [];
  const counts = new Map<string, number>();
  const send = (datagram: Uint8Array, to: UdpSource, length?: number): void => {
    const bytes = datagram.slice(0, length);
    sent.push({ bytes, to });
    const client = clients.find(({ source }) => source.port === to.port);
    client?.back(bytes, (copy) => {
      client.core.receive(copy, clock.monotonicMs());
      pump(client);
    });
  };
  const connections = new ConnectionTable(() => {});
  const { silenceMs = 30_000, strangersBurst = 10_000 } = options;
  const endpoint = new BinaryEndpoint({
    connections,
    sessions,
    desk: new JoinDesk({
      ...{ sessions, connections, checkToken, allowGuests, clock, randomBytes, send, silenceMs },
      tickRate: 30,
      snapshotRate: 30,
      metrics: IGNORED_METRICS,
    }),
    paths: new PathProver({ clock, randomBytes }),
    addressToken: new AddressToken({ secretLifetimeMs: 30_000, clock, randomBytes }),
    strangers: new RateLimiter({
      ratePerSecond: strangersBurst,
      burst: strangersBurst,
      keysMax: 100,
      clock,
    }),
    send,
    clock,
    drops: countersInto(counts),
    onChat: (_connection, text) => void heard.push(text),
    log: silentLog,
  });
  const pump = (client: TestClient): void => {
    for (const datagram of client.core.takeDatagrams()) {
      client.there(datagram, (copy) => endpoint.onDatagram(copy, client.source));
    }
    client.events.push(...client.core.takeEvents());
  };
  clock.every(1, () => {
    for (const client of clients) {
      if (clock.monotonicMs() >= client.core.dueMs) client.core.advance(clock.monotonicMs());
      pump(client);
    }
  });
  clock.every(250, () => {
    sessions.expire();
    endpoint.expire();
  });
  const open = (playerId: string, more: Partial<BinaryClientOptions> = {}): TestClient => {
    const rng = new Rng(clients.length + 1);
    const core = new BinaryClient({ playerId, randomBytes: randomBytesOf(rng), ...more });
    const source = { hostname: "192.0.2.1", port: 1_000 + clients.length };
    const direct: Carry = (datagram, deliver) => deliver(datagram);
    const client: TestClient = { core, source, events: [], there: direct, back: direct };
    clients.push(client);
    return client;
  };
  return {
    ...{ game, endpoint, connections, sent, heard, open },
    drops: (reason) => counts.get(reason) ?? 0,
    run: (ms) => clock.advance(ms),
    play: async (playerId, more) => {
      const client = open(playerId, more);
      client.core.join(clock.monotonicMs());
      await clock.advance(200);
      if (client.core.state.kind !== "playing") throw new Error(`Cannot play as ${playerId}`);
      return client;
    },
  };
}

type Counters = ConstructorParameters<typeof BinaryEndpoint>[0]["drops"];

function countersInto(counts: Map<string, number>): Counters {
  const counterOf = (reason: string): { readonly value: number; inc(by?: number): void } => ({
    value: 0,
    inc: (by = 1) => void counts.set(reason, (counts.get(reason) ?? 0) + by),
  });
  const all = [...BINARY_DROPS, ...WIRE_REFUSALS].map((reason) => [reason, counterOf(reason)]);
  return Object.fromEntries(all);
}

/** A connection of the server, and the client's end of it. */
export interface TestConnection {
  /** What is tested. */
  readonly connection: BinaryConnection;
  /** What its client tags with. */
  readonly client: DatagramChannel;
  /** Every datagram that it sent, and where to. */
  readonly sent: { readonly bytes: Uint8Array; readonly to: UdpSource }[];
  /** Has the client be heard once. */
  say(): void;
  /** A player in no session whose tank this is, for who looks at nothing but the tank. */
  playerOf(tank: Tank): Player;
}

/** Opens a connection without an endpoint, on a clock that stands at 0. For unit tests only. */
export function openTestConnection(
  options: {
    readonly id: number;
    readonly source?: UdpSource;
    readonly metrics?: Partial<ConnectionMetrics>;
  },
): TestConnection {
  const { id, source = { hostname: "192.0.2.1", port: 1_000 } } = options;
  const clientKey = tagKeyFrom(new Uint8Array(16).fill(1));
  const serverKey = tagKeyFrom(new Uint8Array(16).fill(2));
  const sent: { bytes: Uint8Array; to: UdpSource }[] = [];
  const connection = new BinaryConnection({
    ...{ id, source, receiveKey: clientKey, sendKey: serverKey },
    inputs: new InputBuffer(30),
    clock: new ManualClock(),
    send: (bytes, to, length) => void sent.push({ bytes: bytes.slice(0, length), to }),
    metrics: { ...IGNORED_METRICS, ...options.metrics },
    silenceMs: 30_000,
  });
  const client = new DatagramChannel({
    connectionId: id,
    sendKey: clientKey,
    receiveKey: serverKey,
  });
  return {
    ...{ connection, client, sent },
    say: () => {
      const header = newHeader();
      const datagram = client.seal(DATAGRAM_TYPES.leave, encodeLeave);
      readHeader(datagram, "client", header);
      connection.accept(datagram, header);
    },
    playerOf: (tank) => {
      const { sessions } = openTestSessions();
      const joined = sessions.join({
        playerId: "p1",
        accountId: undefined,
        matchId: undefined,
        mode: undefined,
        link: connection,
      });
      if (joined.kind !== "joined") throw new Error("Cannot seat the player");
      return { ...joined.player, tank };
    },
  };
}
