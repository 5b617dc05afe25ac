import type { Rng } from "../core/rng.ts";
import { GameSession, type SessionObserver } from "./game_session.ts";
import { Match } from "./match.ts";
import { tryArena } from "./simulation/built_in_arenas.ts";
import { tryMode } from "./simulation/rules.ts";

/** What every session of a server is made with. */
export interface SessionFactoryOptions {
  /** Seeds each match. */
  readonly rng: Rng;
  /** Ticks a second, 10 to 60. */
  readonly tickRate: number;
  /** Snapshots a second. */
  readonly snapshotRate: number;
  /** How often positions are sampled for the history; per second. */
  readonly sampleRate: number;
  /** Told what happens in each session. */
  readonly observer: SessionObserver;
}

/** What one session is made for. */
export interface SessionRequest {
  /** The session's id, and its match's. */
  readonly id: string;
  /** A mode's name. */
  readonly mode: string;
  /** Player or account ids for whom it is kept; anybody if undefined. */
  readonly reservedFor: ReadonlySet<string> | undefined;
}

/** Makes sessions, each with a match of its own. */
export class SessionFactory {
  readonly #options: SessionFactoryOptions;

  /** Makes nothing yet. */
  constructor(options: SessionFactoryOptions) {
    this.#options = options;
  }

  /** A session with a new match; undefined where there is no such mode. */
  create(request: SessionRequest): GameSession | undefined {
    const { id, mode, reservedFor } = request;
    const gameMode = tryMode(mode);
    const arena = gameMode && tryArena(gameMode.arenaName);
    if (gameMode === undefined || arena === undefined) return undefined;
    const { rng, tickRate, snapshotRate, sampleRate, observer } = this.#options;
    const { rules } = gameMode;
    const seed = rng.nextU32();
    const match = new Match({ id, mode, seed, arena, rules, tickRate, snapshotRate });
    return new GameSession({
      match,
      tickRate,
      sampleRate,
      observer,
      ...(reservedFor && { reservedFor }),
    });
  }
}
