/** What `deno task replay` is asked to do. */
export type ReplayRequest =
  | {
    /** Say how it is used. */
    readonly kind: "help";
  }
  | {
    /** Name the recorded matches. */
    readonly kind: "list";
  }
  | {
    /** Replay one match. */
    readonly kind: "match";
    /** Which. */
    readonly matchId: string;
    /** Where to write its timeline; undefined: nowhere. */
    readonly jsonPath: string | undefined;
    /** Frames of the timeline a second. */
    readonly framesPerSecond: number;
  }
  | {
    /** The arguments cannot be understood. */
    readonly kind: "refused";
    /** Why not. */
    readonly reason: string;
  };

/** How it is used. */
export const REPLAY_USAGE = `deno task replay <match_id> [--to-json FILE] [--fps N]
deno task replay --list

Plays a recorded match again and compares the state's hash of every second.
  --to-json FILE  also write where every tank was, what happened, and the scores; under ./data, or - for
                  standard output; a FILE that is there stays as it is where there is no such match
  --fps N         positions a second in that file, 1 to 60; 5 by default
  --list          name the recorded matches
Reads DATA_DIR/events.sqlite, or Kafka where KAFKA_BOOTSTRAP_SERVERS is set.
Ends with 0: all hashes equal; 1: one differs; 2: no such match, or its recording is incomplete.
`;

const FRAMES_PER_SECOND = 5;
const FRAMES_PER_SECOND_MAX = 60;

/** Reads the arguments; what is wrong with them is in the result. */
export function parseReplayArguments(args: readonly string[]): ReplayRequest {
  let matchId: string | undefined;
  let jsonPath: string | undefined;
  let framesPerSecond = FRAMES_PER_SECOND;
  const rest = args.values();
  for (const arg of rest) {
    if (arg === "--help" || arg === "-h") return { kind: "help" };
    if (arg === "--list") return { kind: "list" };
    if (arg === "--to-json") {
      jsonPath = rest.next().value;
      if (!jsonPath) return refused("--to-json needs a file");
    } else if (arg === "--fps") {
      framesPerSecond = Number(rest.next().value);
      if (!(framesPerSecond >= 1 && framesPerSecond <= FRAMES_PER_SECOND_MAX)) {
        return refused(`--fps must be 1..${FRAMES_PER_SECOND_MAX}`);
      }
    } else if (arg.startsWith("-")) {
      return refused(`there is no ${arg}`);
    } else if (matchId !== undefined) {
      return refused("one match at a time");
    } else matchId = arg;
  }
  if (matchId === undefined) return refused("which match?");
  return { kind: "match", matchId, jsonPath, framesPerSecond };
}

function refused(reason: string): ReplayRequest {
  return { kind: "refused", reason };
}
