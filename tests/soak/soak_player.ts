import { sleep, systemClock } from "../../core/clock.ts";
import { Rng } from "../../core/rng.ts";
import { ClusterPlayer, type PlayerNetwork } from "../cluster/cluster_player.ts";
import { GatewayPool } from "../cluster/gateway_pool.ts";
import { type SeatAddress, TRANSPORTS } from "../cluster/match_seat.ts";
import type { PlayerOutcome, PlayerRecord } from "../cluster/player_record.ts";
import type { LinkConditions } from "../network/simulated_link.ts";
import { UdpRelay } from "../network/udp_relay.ts";
import { SOAK_REGIONS, type SoakSystem } from "./soak_system.ts";

/** What one player of a soak did and was told, beside its matches. */
export interface SoakPlayerRecord {
  /** Its matches and misses. */
  readonly record: PlayerRecord;
  /** Whether it was told that it has its account; its id is in the record then. */
  isRegistered: boolean;
  /** Logins that were answered with success. */
  loginCount: number;
  /** Logouts that were answered with success. */
  logoutCount: number;
  /** How each round ended. */
  readonly outcomes: PlayerOutcome[];
}

/** How bad the network of players on UDP is, each way. */
const NETWORK: LinkConditions = {
  lossShare: 0.02,
  delayMs: 10,
  jitterMs: 15,
  duplicateShare: 0.01,
  reorderShare: 0.01,
};
/** Of five players over each transport the second wants a duel, so that there are some among eight. */
const DUELLIST_PERIOD = 5;
const DUELLIST_INDEX = 1;
const PING_HOME_MS = 15;
const PING_AWAY_MS = 70;
const PAUSE_MS_MAX = 2_000;
const RETRY_MS = 1_000;
/** Players' addresses are 127.16.0.1 and up: nginx bounds what one address may do. */
const ADDRESSES_PER_BLOCK = 250;

/** A player who does the whole way again and again: logs in, finds a match, plays it, logs out. */
export class SoakPlayer {
  /** What it did. */
  readonly told: SoakPlayerRecord;
  readonly #player: ClusterPlayer;
  readonly #client: Deno.HttpClient;
  readonly #rng: Rng;

  /** Has no account yet. */
  constructor(system: SoakSystem, options: { readonly index: number; readonly rng: Rng }) {
    const { index, rng } = options;
    this.#rng = rng;
    const { nginx, cluster } = system;
    const localAddress = `127.16.${Math.floor(index / ADDRESSES_PER_BLOCK)}.${
      1 + index % ADDRESSES_PER_BLOCK
    }`;
    this.#client = Deno.createHttpClient({ caCerts: [nginx.caCert], localAddress, http2: false });
    const regions = [...new Set(SOAK_REGIONS)];
    const home = regions[Math.floor(index / TRANSPORTS.length) % regions.length];
    const record: PlayerRecord = {
      username: `soldier-${index}`,
      accountId: undefined,
      transport: TRANSPORTS[index % TRANSPORTS.length] ?? "websocket",
      region: home ?? "",
      mode: Math.floor(index / TRANSPORTS.length) % DUELLIST_PERIOD === DUELLIST_INDEX
        ? "ranked_duel"
        : "team",
      matches: [],
      misses: new Map(),
      missedMs: [],
      outcome: undefined,
    };
    this.told = { record, isRegistered: false, loginCount: 0, logoutCount: 0, outcomes: [] };
    const gateways = new GatewayPool(
      [`https://localhost:${nginx.addresses.https.port}`],
      index,
      this.#client,
    );
    this.#player = new ClusterPlayer({
      record,
      gateways,
      pings: Object.fromEntries(
        regions.map((region) => [region, region === home ? PING_HOME_MS : PING_AWAY_MS]),
      ),
      linesOf: (udp) => linesOf(cluster, udp),
      openNetwork: (udp) => this.#openNetwork(udp),
      rng: new Rng(rng.nextU32()),
    });
  }

  /** Plays until it is told to stop, and then to the end of the match. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.told.isRegistered) await this.#register(signal);
    while (!signal.aborted) {
      await this.#round(signal);
      await rest(this.#rng.below(PAUSE_MS_MAX), signal);
    }
    this.#client.close();
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { status } = await this.#player.register();
    // 409: the account was made, and the answer that said so was lost.
    if (status === 201 || status === 409) this.told.isRegistered = true;
    else await rest(RETRY_MS, signal);
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { told } = this;
    const { status } = await this.#player.logIn();
    if (status !== 200) return await rest(RETRY_MS, signal);
    told.loginCount++;
    told.outcomes.push(await this.#player.play());
    if ((await this.#player.logOut()).status === 200) told.logoutCount++;
  }

  #openNetwork(server: SeatAddress): PlayerNetwork {
    return new UdpRelay({
      server,
      conditions: NETWORK,
      seed: this.#rng.nextU32(),
    });
  }
}

function linesOf(cluster: SoakSystem["cluster"], { port }: SeatAddress): SeatAddress {
  const server = cluster.members("game").find((game) => game.address("udp").port === port);
  if (server === undefined) throw new Error(`Cannot find a game server at port ${port}`);
  return server.address("tcp");
}

async function rest(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(systemClock, delayMs, signal);
  } catch {
    // It is to stop, which its loop sees.
  }
}
