import { unreachable } from "../core/unreachable.ts";
import { parseTcpCommand, type TcpCommand } from "./tcp_command.ts";
import { internalErrorReply, MESSAGE_TOO_LONG_REPLY } from "./wire/json_reply.ts";

/** What the edge is to do for a connection. */
export type TcpAction =
  | { readonly kind: "reply"; readonly text: string }
  | { readonly kind: "close" }
  /** Ask auth, then tell {@linkcode TcpConnection.onLogin}. */
  | { readonly kind: "login"; readonly username: string; readonly password: string }
  /** A JSON message, to be answered as over UDP. */
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "move"; readonly username: string; readonly xM: number; readonly yM: number }
  | { readonly kind: "shoot"; readonly username: string }
  | { readonly kind: "say"; readonly username: string; readonly text: string }
  | { readonly kind: "list_players" }
  /** Tell the room, before the connection closes. */
  | { readonly kind: "leave_room"; readonly username: string };

/** What became of a login. */
export type LoginOutcome =
  | {
    readonly ok: true;
    readonly username: string;
    readonly message: string;
    readonly token: string;
  }
  | { readonly ok: false; readonly message: string };

type State =
  | { readonly kind: "anonymous" }
  | { readonly kind: "player"; readonly username: string }
  | { readonly kind: "closed" };

const CLOSE: TcpAction = { kind: "close" };
const JSON_START = "{";

/**
 * The protocol of TCP 8889 (PROTOCOL section 3) as a state machine: lines in, actions out. It holds
 * no socket, no clock and no player.
 */
export class TcpConnection {
  #state: State = { kind: "anonymous" };
  /** Whether the client's last line was JSON: errors answer in kind. */
  #speaksJson = false;

  /** The connection is open. */
  onOpen(): readonly TcpAction[] {
    return [reply("SERVER_ACK_CONNECTED")];
  }

  /** A line came; undefined where it was not UTF-8. */
  onLine(line: string | undefined): readonly TcpAction[] {
    if (this.#state.kind === "closed") return [];
    if (line === undefined) {
      return [reply("SERVER_ERROR Invalid character encoding. UTF-8 expected.")];
    }
    this.#speaksJson = line.startsWith(JSON_START);
    if (this.#speaksJson) return [{ kind: "message", text: line }];
    return this.#onCommand(parseTcpCommand(line));
  }

  /** Auth has answered, and on success a tank was found. */
  onLogin(outcome: LoginOutcome): readonly TcpAction[] {
    if (this.#state.kind === "closed") return [];
    if (!outcome.ok) return this.#end(reply(`LOGIN_FAILURE ${outcome.message}`));
    this.#state = { kind: "player", username: outcome.username };
    return [
      reply(`LOGIN_SUCCESS ${outcome.message} Token: ${outcome.token}`),
      reply("SERVER: Welcome to the game room!"),
    ];
  }

  /** Another connection has taken the player over. */
  onDisplaced(): readonly TcpAction[] {
    this.#state = { kind: "anonymous" };
    return this.#end(reply("SERVER: You have logged in elsewhere."));
  }

  /** Nothing came for too long. */
  onIdle(): readonly TcpAction[] {
    return this.#end(reply("SERVER_ERROR Timeout waiting for command"));
  }

  /** A line was longer than it may be. */
  onLineTooLong(): readonly TcpAction[] {
    const text = this.#speaksJson ? MESSAGE_TOO_LONG_REPLY : "SERVER_ERROR Message too long";
    return this.#end(reply(text));
  }

  /** A fault of ours kept a line from being answered; `errorType` is the error's class. */
  onFault(errorType: string): readonly TcpAction[] {
    const text = this.#speaksJson
      ? internalErrorReply(errorType)
      : `SERVER_ERROR Internal server error: ${errorType}`;
    return [reply(text)];
  }

  /** The connection has ended, whatever the reason. */
  onClose(): readonly TcpAction[] {
    const { username } = this.#player();
    this.#state = { kind: "closed" };
    return username === undefined ? [] : [{ kind: "leave_room", username }];
  }

  #onCommand(command: TcpCommand): readonly TcpAction[] {
    switch (command.kind) {
      case "login":
        return this.#onLoginCommand(command.username, command.password);
      case "register":
        return this.#end(
          reply("REGISTER_FAILURE Registration via game server is not supported yet."),
        );
      case "help":
        return [reply("SERVER: Available commands: SAY <message>, PLAYERS, QUIT")];
      case "quit":
        return this.#end(reply("SERVER: You are leaving the room..."));
      case "empty":
        return [reply("EMPTY_COMMAND")];
      case "unknown":
        return [reply("UNKNOWN_COMMAND")];
      default:
        return this.#onPlayerCommand(command);
    }
  }

  #onPlayerCommand(
    command: Extract<TcpCommand, { kind: "move" | "move_refused" | "shoot" | "say" | "players" }>,
  ): readonly TcpAction[] {
    const { username } = this.#player();
    if (username === undefined) return [reply("UNAUTHORIZED You need to log in first")];
    switch (command.kind) {
      case "move":
        return [reply("COMMAND_RECEIVED MOVE"), { ...command, username }];
      case "move_refused":
        return [reply(
          command.reason === "missing"
            ? "MOVE_ERROR Coordinates are missing"
            : "MOVE_ERROR Invalid coordinates",
        )];
      case "shoot":
        return [reply("COMMAND_RECEIVED SHOOT"), { kind: "shoot", username }];
      case "say":
        return [{ kind: "say", username, text: command.text }];
      case "players":
        return [{ kind: "list_players" }];
      default:
        return unreachable(command);
    }
  }

  #onLoginCommand(username: string, password: string): readonly TcpAction[] {
    if (this.#state.kind !== "anonymous") {
      return this.#end(reply("LOGIN_FAILURE You are already logged in"));
    }
    return [{ kind: "login", username, password }];
  }

  #end(last: TcpAction): readonly TcpAction[] {
    return [last, ...this.onClose(), CLOSE];
  }

  #player(): { readonly username: string | undefined } {
    return { username: this.#state.kind === "player" ? this.#state.username : undefined };
  }
}

function reply(text: string): TcpAction {
  return { kind: "reply", text };
}
