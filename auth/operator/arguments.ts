/** What an operator asks for. */
export type OperatorCommand =
  | { readonly name: "list"; readonly after: string; readonly limit: number }
  | {
    readonly name: "disable" | "enable" | "reset-password" | "sessions";
    readonly username: string;
  }
  | { readonly name: "create"; readonly username: string }
  | { readonly name: "revoke"; readonly username: string; readonly sessionId: string | undefined }
  | { readonly name: "rotate-key"; readonly isUrgent: boolean };

/** A command line that was read. */
export interface OperatorArguments {
  /** What is to be done. */
  readonly command: OperatorCommand;
  /** Whether a program reads the answer. */
  readonly asJson: boolean;
}

/** How the command is used, for a person. */
export const OPERATOR_USAGE = `Usage: deno task accounts <command> [--json]

  list [--limit N] [--after NAME]   accounts by name, 100 unless told otherwise
  create NAME                       the password is asked for, or read from standard input
  disable NAME                      shut an account and end its sessions
  enable NAME                       open it again
  reset-password NAME               as create; ends the account's sessions
  sessions NAME                     the open sessions of an account
  revoke NAME [SESSION]             end one session of an account, or all

  A name that begins with -- goes behind a --, and --json before it: disable --json -- --bob

       deno task auth:rotate-key [--now] [--json]

  --now: the old keys leaked; what they signed is void within two minutes

It works on the database of DATABASE_URL, or else on DATA_DIR/tanks.sqlite, and says on which.
Nothing of this is written to auth_events, where what is done over auth itself is: keep a record.
`;

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 10_000;
const WORD_LENGTH_MAX = 256;

/** Reads a command line, or gives undefined where it is none. */
export function tryParseArguments(words: readonly string[]): OperatorArguments | undefined {
  if (words.some((word) => word.length > WORD_LENGTH_MAX)) return undefined;
  const end = words.indexOf("--");
  const before = end === -1 ? words : words.slice(0, end);
  // An account may be called so, and a list go on after it.
  const isJson = (word: string, index: number): boolean =>
    word === "--json" && before[index - 1] !== "--after";
  const [name, ...rest] = before.filter((word, index) => !isJson(word, index));
  const taken = end === -1 ? [] : words.slice(end + 1);
  const command = tryParseCommand(name, { rest, taken });
  return command && { command, asJson: before.some(isJson) };
}

interface CommandWords {
  /** Options and names behind the command. */
  readonly rest: readonly string[];
  /** What stands behind `--`: names, whatever they look like. */
  readonly taken: readonly string[];
}

function tryParseCommand(
  name: string | undefined,
  { rest, taken }: CommandWords,
): OperatorCommand | undefined {
  switch (name) {
    case "list":
      return taken.length === 0 ? tryParseList(rest) : undefined;
    case "create":
    case "disable":
    case "enable":
    case "reset-password":
    case "sessions": {
      const [username, ...others] = operandsOf({ rest, taken });
      return username !== undefined && others.length === 0 ? { name, username } : undefined;
    }
    case "revoke": {
      const [username, sessionId, ...others] = operandsOf({ rest, taken });
      if (username === undefined || others.length > 0) return undefined;
      return { name, username, sessionId };
    }
    case "rotate-key": {
      const isUrgent = rest[0] === "--now";
      const count = rest.length + taken.length;
      return count === (isUrgent ? 1 : 0) ? { name, isUrgent } : undefined;
    }
    default:
      return undefined;
  }
}

function tryParseList(rest: readonly string[]): OperatorCommand | undefined {
  let [after, limit] = ["", LIMIT_DEFAULT];
  for (let index = 0; index < rest.length; index += 2) {
    const value = rest[index + 1];
    if (value === undefined) return undefined;
    if (rest[index] === "--after") after = value;
    else if (rest[index] === "--limit" && /^\d{1,5}$/.test(value)) limit = Number(value);
    else return undefined;
  }
  return limit >= 1 && limit <= LIMIT_MAX ? { name: "list", after, limit } : undefined;
}

/** The words that are no options; none where an option is among them that nobody knows. */
function operandsOf({ rest, taken }: CommandWords): readonly string[] {
  return rest.some((word) => word.startsWith("--")) ? [] : [...rest, ...taken];
}
