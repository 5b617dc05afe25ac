import type { EventLog } from "../../core/ports/event_log.ts";
import { unreachable } from "../../core/unreachable.ts";
import { msFromTicks } from "../simulation/units.ts";
import { parseReplayArguments, REPLAY_USAGE, type ReplayRequest } from "./replay_arguments.ts";
import { listRecordedMatches, type RecordedMatch } from "./recorded_matches.ts";
import { replayMatch, type ReplayVerdict } from "./replay_match.ts";
import { Timeline } from "./timeline.ts";

/** How the command ends: the process' exit code. */
export const REPLAY_EXIT = { equal: 0, different: 1, incomplete: 2 } as const;

/** Where the command writes. */
export interface ReplayOutput {
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress and errors. */
  readonly error: (text: string) => void;
  /** Whether `error` is a terminal: then progress is shown, on one line. */
  readonly isTerminal: boolean;
  /** Opens a new file to write text to, which has that path once it is kept. @throws Error where it cannot */
  readonly openFile: (path: string) => TextFile;
}

/** A file that is written from its beginning to its end. */
export interface TextFile {
  /** Adds text. @throws Error where the disk does not take it */
  write(text: string): void;
  /**
   * Ends it. It takes the place of what was at its path if it is kept; otherwise nothing remains of it.
   *
   * @throws Error where it cannot have that place
   */
  close(options: { readonly isKept: boolean }): void;
}

/** What the command works with. */
export interface ReplayCommandOptions extends ReplayOutput {
  /** Opens the log that has the recordings; undefined where there is none. */
  readonly openEventLog: () => Promise<Pick<EventLog, "read"> | undefined>;
}

/** Does what the arguments ask; returns the exit code. @throws Error where the log cannot be read */
export async function runReplayCommand(
  args: readonly string[],
  options: ReplayCommandOptions,
): Promise<number> {
  const request = parseReplayArguments(args);
  switch (request.kind) {
    case "help":
      options.out(REPLAY_USAGE);
      return REPLAY_EXIT.equal;
    case "refused":
      options.error(`Cannot replay: ${request.reason}\n\n${REPLAY_USAGE}`);
      return REPLAY_EXIT.incomplete;
    case "list":
    case "match": {
      const eventLog = await options.openEventLog();
      if (eventLog === undefined) {
        options.error("Cannot replay: there is no event log\n");
        return REPLAY_EXIT.incomplete;
      }
      if (request.kind === "match") return await replayOne(request, eventLog, options);
      for (const match of await listRecordedMatches(eventLog)) options.out(describeListed(match));
      return REPLAY_EXIT.equal;
    }
    default:
      return unreachable(request);
  }
}

async function replayOne(
  request: Extract<ReplayRequest, { readonly kind: "match" }>,
  eventLog: Pick<EventLog, "read">,
  options: ReplayOutput,
): Promise<number> {
  const { matchId, jsonPath, framesPerSecond } = request;
  const file = openTimelineFile(jsonPath, options);
  let hasTimeline = false;
  let isKept = false;
  const write = (text: string): void => {
    hasTimeline = true;
    file?.write(text);
  };
  try {
    const verdict = await replayMatch(matchId, {
      eventLog,
      ...(file && { timeline: new Timeline({ framesPerSecond, write }) }),
      onProgress: ({ hashCount }, { tick, tickRate }) => {
        if (!options.isTerminal) return;
        options.error(`\r${timeOf(tick, tickRate)} played, ${hashCount} hashes equal `);
      },
    });
    isKept = hasTimeline;
    if (options.isTerminal) options.error("\n");
    // The timeline may be on standard output: the verdict is not to be mixed with it.
    const say = jsonPath === "-" ? options.error : options.out;
    say(describeVerdict(matchId, verdict));
    return REPLAY_EXIT[verdict.kind];
  } finally {
    file?.close({ isKept });
  }
}

function openTimelineFile(path: string | undefined, options: ReplayOutput): TextFile | undefined {
  if (path === undefined) return undefined;
  return path === "-" ? { write: options.out, close: () => {} } : options.openFile(path);
}

function describeVerdict(matchId: string, verdict: ReplayVerdict): string {
  if (verdict.kind === "incomplete") return `${verdict.reason}\n`;
  const { hashCount, difference, end, world } = verdict.replay;
  if (difference !== undefined) {
    const { tick, recorded, replayed } = difference;
    const time = timeOf(tick, world?.tickRate ?? 1);
    return `${matchId}: differs at tick ${tick} (${time}): recorded ${recorded}, replayed ${replayed}; ` +
      `compared until then: ${hashCount}\n`;
  }
  const tick = end?.tick ?? 0;
  const time = timeOf(tick, world?.tickRate ?? 1);
  return `${matchId}: all ${hashCount} hashes are equal; ${tick} ticks (${time}), ended by ${end?.reason}\n`;
}

function describeListed(
  { matchId, startedAtMs, serverId, mode, arena, end }: RecordedMatch,
): string {
  const date = new Date(startedAtMs);
  const when = Number.isNaN(date.getTime()) ? "at an unknown time" : date.toISOString();
  const how = end === undefined ? "no end" : `${end.tick} ticks, ${end.reason}`;
  return `${matchId}  ${when}  ${serverId}  ${mode}  ${arena}  ${how}\n`;
}

/** Minutes and seconds of play. */
function timeOf(tick: number, tickRate: number): string {
  const seconds = Math.floor(msFromTicks(tick, tickRate) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
