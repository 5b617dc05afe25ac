import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import type { SeenFrame } from "../../game/client/seen_frame.ts";
import { type SnapshotFrame, TANK } from "../../game/wire/snapshot_frame.ts";

/** What a player was told of a match's scores last. */
export interface ToldScores {
  /**
   * By what: the end of the match; a state of the binary protocol, which has the teams' scores; or the
   * tanks of a state in JSON, which has not those of tanks that have gone.
   */
  readonly from: "match_over" | "state" | "tanks" | "nothing";
  /** Points by what stands for them: the team's number, or as `match_over` has it. */
  readonly scores: Readonly<Record<string, number>>;
  /** Of `match_over`: the team that won, or null for a draw. */
  readonly winner: number | null;
}

/** What came last. */
export interface ToldMatch {
  /** The `match_over` message; undefined where none came. */
  readonly over: JsonObject | undefined;
  /** The newest snapshot of the binary protocol. */
  readonly snapshot: SnapshotFrame | undefined;
  /** The newest state of any protocol. */
  readonly frame: SeenFrame | undefined;
}

/** The scores as a player knows them in the end. */
export function lastScores({ over, snapshot, frame }: ToldMatch): ToldScores {
  if (over !== undefined) {
    const winner = typeof over.winner === "number" ? over.winner : null;
    return { from: "match_over", scores: readScores(over.scores), winner };
  }
  if (snapshot !== undefined) {
    return { from: "state", scores: teamScores(snapshot), winner: null };
  }
  if (frame === undefined) return { from: "nothing", scores: {}, winner: null };
  const scores: Record<string, number> = {};
  for (const { team, score } of frame.tanks.values()) scores[team] = (scores[team] ?? 0) + score;
  return { from: "tanks", scores, winner: null };
}

function readScores(value: JsonObject[string]): Record<string, number> {
  const entries = Object.entries(tryJsonObject(value) ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, score]) => typeof score === "number" ? [[name, score]] : []),
  );
}

/** Those that are not 0, and those of teams that have a tank. */
function teamScores(frame: SnapshotFrame): Record<string, number> {
  const scores: Record<string, number> = {};
  for (let team = 1; team <= frame.teamMax; team++) {
    if (frame.teamScore(team) > 0) scores[team] = frame.teamScore(team);
  }
  for (let slot = 0; slot < frame.slotCount; slot++) {
    if (frame.hasTank(slot)) scores[frame.tank(slot, TANK.team)] ??= 0;
  }
  return scores;
}
