/** A line that a person typed. */
export type TcpCommand =
  | { readonly kind: "login"; readonly username: string; readonly password: string }
  | { readonly kind: "register" }
  | { readonly kind: "move"; readonly xM: number; readonly yM: number }
  | { readonly kind: "move_refused"; readonly reason: "missing" | "invalid" }
  | { readonly kind: "shoot" }
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "players" }
  | { readonly kind: "help" }
  | { readonly kind: "quit" }
  | { readonly kind: "empty" }
  | { readonly kind: "unknown" };

/** What one says has at most this many characters; more are cut off. */
export const SAY_LENGTH_MAX = 500;

/** Reads a line (PROTOCOL section 3). The first word is the command, in any case. Never throws. */
export function parseTcpCommand(line: string): TcpCommand {
  const text = line.trim();
  if (text === "") return { kind: "empty" };
  const [word, rest] = splitWord(text);
  switch (word.toUpperCase()) {
    case "LOGIN":
      return parseLogin(rest);
    case "REGISTER":
      return { kind: "register" };
    case "MOVE":
      return parseMove(rest);
    case "SHOOT":
      return { kind: "shoot" };
    case "SAY":
      return parseSay(rest);
    case "PLAYERS":
      return { kind: "players" };
    case "HELP":
      return { kind: "help" };
    case "QUIT":
      return { kind: "quit" };
    default:
      return { kind: "unknown" };
  }
}

// A password may hold spaces: it is all that follows the name.
function parseLogin(rest: string): TcpCommand {
  const [username, password] = splitWord(rest);
  return { kind: "login", username, password };
}

function parseMove(rest: string): TcpCommand {
  const words = rest.split(/\s+/).filter((word) => word !== "");
  if (words.length < 2) return { kind: "move_refused", reason: "missing" };
  const [xM, yM, ...more] = words.map(parseDecimal);
  const isValid = xM !== undefined && yM !== undefined && more.length === 0;
  return isValid ? { kind: "move", xM, yM } : { kind: "move_refused", reason: "invalid" };
}

function parseDecimal(word: string): number | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

// Control characters could move other people's cursors or forge lines of the server's.
function parseSay(rest: string): TcpCommand {
  const text = rest.replace(/\p{C}/gu, "").slice(0, SAY_LENGTH_MAX).trim();
  return text === "" ? { kind: "empty" } : { kind: "say", text };
}

function splitWord(text: string): [word: string, rest: string] {
  const end = text.search(/\s/);
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end).trimStart()];
}
