import type { EventLog } from "../../core/ports/event_log.ts";
import type { World } from "../simulation/world.ts";
import { MatchReplay } from "./match_replay.ts";
import { readRecording } from "./read_recording.ts";
import { ReplayError } from "./replay_error.ts";
import type { Timeline } from "./timeline.ts";

/** What became of a replay. */
export type ReplayVerdict =
  | {
    /** Every hash was the recorded one, up to the match's end. */
    readonly kind: "equal";
    /** What it came to. */
    readonly replay: MatchReplay;
  }
  | {
    /** From some tick on it is another match. */
    readonly kind: "different";
    /** What it came to. */
    readonly replay: MatchReplay;
  }
  | {
    /** There is no recording, or not all of it. */
    readonly kind: "incomplete";
    /** What is missing or wrong. */
    readonly reason: string;
  };

/** How a match is replayed. */
export interface ReplayMatchOptions {
  /** Where the recording is. */
  readonly eventLog: Pick<EventLog, "read">;
  /** Told after each record. */
  readonly onProgress?: (replay: MatchReplay, world: World) => void;
  /** Told of each tick. */
  readonly timeline?: Timeline;
}

/** Replays one match from the event log. @throws Error where the log cannot be read */
export async function replayMatch(
  matchId: string,
  options: ReplayMatchOptions,
): Promise<ReplayVerdict> {
  const { eventLog, onProgress, timeline } = options;
  const replay = new MatchReplay(matchId);
  try {
    for await (const { value } of readRecording(matchId, { eventLog })) {
      for (const world of replay.play(value)) {
        if (timeline !== undefined && replay.start !== undefined) timeline.add(world, replay.start);
      }
      if (replay.world !== undefined) onProgress?.(replay, replay.world);
      if (replay.difference !== undefined) break;
    }
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    return { kind: "incomplete", reason: error.message };
  } finally {
    if (replay.world !== undefined) timeline?.finish(replay.world, replay.end?.reason);
  }
  const { world, difference, end } = replay;
  if (world === undefined) {
    return { kind: "incomplete", reason: `Cannot replay match: ${matchId} is not recorded` };
  }
  if (difference !== undefined) return { kind: "different", replay };
  if (end !== undefined) return { kind: "equal", replay };
  const reason = `Cannot replay match: the recording stops at tick ${world.tick} without an end; ` +
    `until there ${replay.hashCount} hashes are equal`;
  return { kind: "incomplete", reason };
}
