import type { Clock } from "../../core/clock.ts";
import { Rng } from "../../core/rng.ts";
import { BinaryClient } from "../../game/client/binary_client.ts";
import type { ClientCore } from "../../game/client/client_core.ts";
import { GameClient } from "../../game/client/game_client.ts";
import { JsonClient } from "../../game/client/json_client.ts";
import type { Transport, TransportEvents } from "../../game/client/transport.ts";
import { openUdpTransport } from "../../game/client/udp_transport.ts";
import { unreachable } from "../../core/unreachable.ts";
import { LineTransport } from "./line_transport.ts";
import type { LoadLink, LoadTarget } from "./load_options.ts";
import type { LoadTally } from "./load_tally.ts";
import { accept, refuse, type Reply } from "./reply.ts";
import { openShapedTransport } from "./shaped_transport.ts";
import { StateMeter } from "./state_meter.ts";
import type { TransportName } from "./transport_mix.ts";
import { WebSocketTransport } from "./websocket_transport.ts";

/** Where to play, and as whom. */
export interface MatchTicket {
  /** What the player speaks. */
  readonly transport: TransportName;
  /** Under which it plays. */
  readonly playerId: string;
  /** A match token; undefined: a guest. */
  readonly token: string | undefined;
  /** The access token of its account; undefined: a guest. */
  readonly accessToken: string | undefined;
  /** The match; undefined: any. */
  readonly matchId: string | undefined;
  /** The mode; undefined: any. */
  readonly mode: string | undefined;
  /** The game server's datagrams. */
  readonly udp: LoadTarget;
  /** The game server's lines. */
  readonly tcp: LoadTarget;
  /** The gateway's HTTP, whose WebSocket is at `/ws`. */
  readonly gateway: string;
}

/** What a client is opened with. */
export interface PlayerClientDeps {
  /** Counts what goes to and fro, and times connections. */
  readonly tally: LoadTally;
  /** Its time. */
  readonly clock: Clock;
  /** Of the network of datagrams. */
  readonly rng: Rng;
  /** How bad that is. */
  readonly link: LoadLink;
  /** How long a connection is due again at each player, in milliseconds. */
  readonly roundMs: number;
  /** Ends the wait for a connection. */
  readonly signal: AbortSignal;
}

/** A client that is connected, and idle. */
export interface PlayerClient {
  /** Joins, plays and leaves. */
  readonly client: GameClient;
  /** The core where it speaks the binary protocol. */
  readonly binary: BinaryClient | undefined;
  /** Counts bytes. */
  readonly meter: StateMeter;
  /** The newest input that the newest state has applied. */
  appliedSeq(): number;
  /** The server's tick, a fraction; undefined before it is known. */
  serverTickAt(nowMs: number): number | undefined;
  /** The code with which a gateway closed; undefined where none did. */
  closeCode(): number | undefined;
}

/** Connects where the transport has connections, and makes a client. */
export async function openPlayerClient(
  ticket: MatchTicket,
  deps: PlayerClientDeps,
): Promise<Reply<PlayerClient>> {
  switch (ticket.transport) {
    case "udp":
      return accept(openBinary(ticket, deps));
    case "json-udp":
      return accept(
        openJson(ticket, deps, { open: (events) => openDatagrams(ticket, deps, events) }),
      );
    case "tcp": {
      const line = await connect(() => LineTransport.connect(ticket.tcp, deps.signal), deps);
      if (line === undefined) return refuse("connect_failed");
      return accept(openJson(ticket, deps, { open: (events) => line.start(events) }));
    }
    case "websocket": {
      const { gateway, matchId = "" } = ticket;
      const url = `${gateway.replace(/^http/, "ws")}/ws`;
      const { signal, clock } = deps;
      const socket = await connect(
        () => WebSocketTransport.connect(url, { matchId, signal, clock }),
        deps,
      );
      if (socket === undefined) return refuse("connect_failed");
      const closeCode = (): number | undefined => socket.closeCode;
      return accept(openJson(ticket, deps, { open: (events) => socket.start(events), closeCode }));
    }
    default:
      return unreachable(ticket.transport);
  }
}

function openBinary(ticket: MatchTicket, deps: PlayerClientDeps): PlayerClient {
  const { playerId, token, matchId, mode } = ticket;
  const core = new BinaryClient({
    playerId,
    credential: token === undefined ? { kind: "guest" } : { kind: "token", token },
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    ...(matchId !== undefined && { matchId }),
    ...(mode !== undefined && { mode }),
  });
  const meter = new StateMeter(deps.tally, "binary");
  return {
    client: run(core, deps, {
      meter,
      open: (events) => openDatagrams(ticket, deps, events),
    }),
    binary: core,
    meter,
    appliedSeq: () => core.session?.appliedSeq ?? 0,
    serverTickAt: (nowMs) => core.session?.serverTickAt(nowMs),
    closeCode: () => undefined,
  };
}

function openJson(
  ticket: MatchTicket,
  deps: PlayerClientDeps,
  carrier: {
    readonly open: (events: TransportEvents) => Transport;
    readonly closeCode?: () => number | undefined;
  },
): PlayerClient {
  const { playerId, token, matchId, mode } = ticket;
  const core = new JsonClient({
    playerId,
    ...(token !== undefined && { token }),
    ...(matchId !== undefined && { matchId }),
    ...(mode !== undefined && { mode }),
  });
  const meter = new StateMeter(deps.tally, "json");
  return {
    client: run(core, deps, { meter, open: carrier.open }),
    binary: undefined,
    meter,
    appliedSeq: () => core.appliedSeq,
    serverTickAt: (nowMs) => core.serverTickAt(nowMs),
    closeCode: carrier.closeCode ?? (() => undefined),
  };
}

function run(
  core: ClientCore,
  { clock }: PlayerClientDeps,
  carrier: {
    readonly meter: StateMeter;
    readonly open: (events: TransportEvents) => Transport;
  },
): GameClient {
  const { meter, open } = carrier;
  return new GameClient({ core, clock, openTransport: (events) => meter.open(events, open) });
}

function openDatagrams(
  { udp }: MatchTicket,
  { link, clock, rng }: PlayerClientDeps,
  events: TransportEvents,
): Transport {
  const open = openUdpTransport.bind(undefined, udp);
  return openShapedTransport({ link, clock, rng: new Rng(rng.nextU32()), open }, events);
}

/** What was connected, timed; undefined where it was not. */
async function connect<Carrier>(
  open: () => Promise<Carrier>,
  { clock, tally, roundMs }: PlayerClientDeps,
): Promise<Carrier | undefined> {
  const startMs = clock.monotonicMs();
  try {
    const carrier = await open();
    tally.measureRequest("connect", clock.monotonicMs() - startMs, roundMs);
    return carrier;
  } catch {
    // Refused, unreachable or too late: one reason for all of them.
    return undefined;
  }
}
