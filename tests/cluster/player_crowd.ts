import type { Rng } from "../../core/rng.ts";
import { Rng as SeededRng } from "../../core/rng.ts";
import { ClusterPlayer } from "./cluster_player.ts";
import { GatewayPool } from "./gateway_pool.ts";
import { type SeatAddress, type Transport, TRANSPORTS } from "./match_seat.ts";
import type { PlayerOutcome, PlayerRecord } from "./player_record.ts";

/** How a crowd is made. */
export interface PlayerCrowdOptions {
  /** How many. */
  readonly count: number;
  /** What each player's own chance starts from. */
  readonly rng: Rng;
  /** The regions, each the home of as many. */
  readonly regions: readonly string[];
  /** What each asks for, by its number. */
  readonly modeOf: (index: number) => string;
  /** Where the gateways are. */
  readonly gatewayUrls: readonly string[];
  /** Where a server takes lines, by where it takes datagrams. */
  readonly linesOf: (udp: SeatAddress) => SeatAddress;
}

const PING_HOME_MS = 15;
const PING_AWAY_MS = 70;
/** Accounts that are made at once. */
const ENLISTING_MAX = 16;

/** Many players, a quarter over each transport, and what they were told. */
export class PlayerCrowd {
  /** What each did, in the order of their numbers. */
  readonly records: readonly PlayerRecord[];
  readonly #players: readonly ClusterPlayer[];
  readonly #playing: Promise<PlayerOutcome>[] = [];
  #nextIndex = 0;

  /** Nobody has an account yet. */
  constructor(options: PlayerCrowdOptions) {
    const { count, rng, regions, modeOf, gatewayUrls, linesOf } = options;
    this.records = Array.from({ length: count }, (_, index): PlayerRecord => ({
      username: `player-${index}`,
      accountId: undefined,
      transport: TRANSPORTS[index % TRANSPORTS.length] ?? "websocket",
      region: regions[Math.floor(index / TRANSPORTS.length) % regions.length] ?? "",
      mode: modeOf(index),
      matches: [],
      misses: new Map(),
      missedMs: [],
      outcome: undefined,
    }));
    this.#players = this.records.map((record, index) =>
      new ClusterPlayer({
        record,
        gateways: new GatewayPool(gatewayUrls, index),
        pings: Object.fromEntries(
          regions.map((region) => [region, region === record.region ? PING_HOME_MS : PING_AWAY_MS]),
        ),
        linesOf,
        rng: new SeededRng(rng.nextU32()),
      })
    );
  }

  /** Makes everybody's account. @throws Error where one cannot be made */
  async enlist(): Promise<void> {
    const waiting = [...this.#players];
    await Promise.all(Array.from({ length: ENLISTING_MAX }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next.enlist();
    }));
  }

  /** Has so many more of them begin to look for a match. */
  send(count: number): void {
    for (const player of this.#players.slice(this.#nextIndex, this.#nextIndex + count)) {
      this.#playing.push(player.play());
    }
    this.#nextIndex += count;
  }

  /** How many have begun to look for a match. */
  get sentCount(): number {
    return this.#nextIndex;
  }

  /** How many are in a match of which they have seen something. */
  get seatedCount(): number {
    return this.records.filter(({ outcome, matches }) =>
      outcome === undefined && matches.at(-1)?.memory.frame !== undefined
    ).length;
  }

  /** How many play over a transport in some matches, by their ids. */
  countIn(matchIds: ReadonlySet<string>, transport: Transport): number {
    return this.records.filter(({ outcome, matches, transport: own }) => {
      const match = matches.at(-1);
      return own === transport && outcome === undefined && match?.memory.frame !== undefined &&
        matchIds.has(match.matchId);
    }).length;
  }

  /** Resolves when everybody who was sent has come to an end. */
  async ended(): Promise<void> {
    await Promise.all(this.#playing);
  }

  /** Those whose way ended so. */
  with(kind: PlayerOutcome["kind"]): PlayerRecord[] {
    return this.records.filter(({ outcome }) => outcome?.kind === kind);
  }
}
