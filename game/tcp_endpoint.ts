// Long because one connection is one state: what its lines, its logins and its end do meet here.
import type { AuthClient } from "../core/auth/auth_client.ts";
import type { JsonObject } from "../core/json.ts";
import { describeError, type Log } from "../core/log.ts";
import type { LineConnection, LineProtocol } from "../core/net/tcp_server.ts";
import type { RateLimiter } from "../core/net/rate_limiter.ts";
import { tryDecodeUtf8 } from "../core/net/utf8.ts";
import { unreachable } from "../core/unreachable.ts";
import type { ChatMember, ChatRoom } from "./chat_room.ts";
import type { CommandRoute } from "./command_route.ts";
import type { EndedLoginCheck } from "./ended_logins.ts";
import type { GameMetrics } from "./game_metrics.ts";
import type { JoinResult } from "./join_request.ts";
import type { MessageHandler, Sender } from "./message_handler.ts";
import type { PlayerCommand } from "./player_command.ts";
import type { MatchMove, PlayerLink } from "./player_link.ts";
import type { SessionManager } from "./session_manager.ts";
import { type LoginOutcome, type TcpAction, TcpConnection } from "./tcp_connection.ts";
import { type JoinMessage, parseMessage } from "./wire/json_message.ts";
import {
  joinRefusalText,
  KICKED_TEXT,
  kickedMessage,
  matchMovedMessage,
  refusalReply,
} from "./wire/json_reply.ts";

/** What an endpoint works with. */
export interface TcpEndpointOptions {
  /** Asked for each login. */
  readonly auth: Pick<AuthClient, "login">;
  /** Where whoever logs in is given a tank, in any match that is open to them. */
  readonly sessions: SessionManager;
  /** Asked before somebody who is logged in is given a tank again; undefined: no login is ever ended. */
  readonly isEnded?: EndedLoginCheck;
  /** Takes the JSON messages. */
  readonly handler: MessageHandler;
  /** Takes the commands that a person typed. */
  readonly route: CommandRoute;
  /** Who logged in by `LOGIN` is in it. */
  readonly room: ChatRoom;
  /** Bounds what one connection may send. */
  readonly messages: RateLimiter;
  /** Counts lines that came to nothing. */
  readonly metrics: Pick<GameMetrics, "drops">;
  /** Told of faults of ours; never of what a client sent. */
  readonly log: Log;
}

/** Somebody who logged in on this connection. */
interface LoggedIn {
  readonly accountId: string;
  readonly username: string;
  readonly sessionId: string;
}

/** One TCP connection: runs what its state machine decides against sessions, room and auth. */
export class TcpEndpoint implements LineProtocol, Sender {
  /** `tcp:<hostname>:<port>`: names its links, and the connection for the rate limit. */
  readonly address: string;
  readonly #options: TcpEndpointOptions;
  readonly #connection: LineConnection;
  readonly #machine = new TcpConnection();
  readonly #stateLink: PlayerLink;
  readonly #quietLink: PlayerLink;
  /** Whom the connection has logged in last, in whichever language. */
  #loggedIn: LoggedIn | undefined;
  /** Whom it has brought into the room, by a line of text. */
  #member: (LoggedIn & ChatMember) | undefined;
  #isClosed = false;

  /** Writes nothing before `open`. */
  constructor(connection: LineConnection, options: TcpEndpointOptions) {
    this.#connection = connection;
    this.#options = options;
    const { hostname, port } = connection.remote;
    this.address = `tcp:${hostname}:${port}`;
    this.#stateLink = this.#makeLink({ wantsState: true });
    this.#quietLink = this.#makeLink({ wantsState: false });
  }

  /** The account of the last login on this connection; undefined before one. */
  get accountId(): string | undefined {
    return this.#loggedIn?.accountId;
  }

  /** The name of that account; undefined before a login. */
  get username(): string | undefined {
    return this.#loggedIn?.username;
  }

  /** The id of that login; undefined before one. */
  get authSessionId(): string | undefined {
    return this.#loggedIn?.sessionId;
  }

  open(): void {
    this.#run(this.#machine.onOpen());
  }

  async onLine(line: Uint8Array): Promise<void> {
    const { messages, metrics, log } = this.#options;
    if (!messages.tryTake(this.address)) return metrics.drops.player_rate.inc();
    const text = tryDecodeUtf8(line);
    if (text === undefined) metrics.drops.invalid_encoding.inc();
    try {
      for (const action of this.#machine.onLine(text)) await this.#act(action);
    } catch (error) {
      metrics.drops.handler_failed.inc();
      log.error("line_failed", { error: describeError(error) });
      this.#run(this.#machine.onFault(error instanceof Error ? error.name : "Error"));
    }
  }

  onLineTooLong(): void {
    this.#options.metrics.drops.too_large.inc();
    this.#run(this.#machine.onLineTooLong());
  }

  onIdle(): void {
    this.#run(this.#machine.onIdle());
  }

  onClose(): void {
    this.#isClosed = true;
    this.#run(this.#machine.onClose());
    this.#leaveAll();
  }

  openLink(): PlayerLink {
    return this.#stateLink;
  }

  // A TCP handshake has shown it already.
  isProven(): boolean {
    return true;
  }

  issueChallenge(): string {
    return "";
  }

  // For actions that no line brought, which therefore take no time.
  #run(actions: readonly TcpAction[]): void {
    for (const action of actions) void this.#act(action);
  }

  #act(action: TcpAction): Promise<void> | void {
    switch (action.kind) {
      case "reply":
        return this.#send(action.text);
      case "close":
        return this.#connection.close();
      case "login":
        return this.#login(action.username, action.password);
      case "message":
        return this.#onMessage(action.text);
      case "move":
        return this.#command({ action: "move", xM: action.xM, yM: action.yM });
      case "shoot":
        return this.#command({ action: "shoot" });
      case "say":
        return this.#options.room.say(action.username, action.text);
      case "list_players":
        return this.#send(`SERVER: Players in room: ${this.#options.room.usernames.join(", ")}`);
      case "leave_room":
        return this.#leaveRoom();
      default:
        return unreachable(action);
    }
  }

  async #login(username: string, password: string): Promise<void> {
    const { auth } = this.#options;
    const outcome = await auth.login({ username, password, ip: this.#connection.remote.hostname });
    // Whoever has hung up meanwhile would never leave again.
    if (this.#isClosed) return;
    const seated = outcome.ok ? this.#seat(outcome) : outcome;
    if (seated.ok && outcome.ok) this.#enterRoom(outcome);
    this.#run(this.#machine.onLogin(seated));
  }

  #enterRoom({ accountId, username, sessionId }: LoggedIn): void {
    this.#loggedIn = { accountId, username, sessionId };
    this.#member = {
      ...this.#loggedIn,
      send: (line) => this.#send(line),
      displace: () => this.#run(this.#machine.onDisplaced()),
    };
    this.#options.room.join(this.#member);
  }

  #leaveRoom(): void {
    if (this.#member !== undefined) this.#options.room.leave(this.#member);
  }

  #leaveAll(): void {
    this.#options.sessions.leaveAddress(this.address, "disconnected");
  }

  /** Gives whoever logged in a tank; having none is a refusal too. */
  #seat(login: LoggedIn & { readonly message: string; readonly token: string }): LoginOutcome {
    const joined = this.#join(login);
    if (joined.kind === "refused") return { ok: false, message: joinRefusalText(joined.refusal) };
    return { ok: true, username: login.username, message: login.message, token: login.token };
  }

  #join(login: LoggedIn): JoinResult {
    return this.#options.sessions.join({
      playerId: login.username,
      accountId: login.accountId,
      authSessionId: login.sessionId,
      matchId: undefined,
      mode: undefined,
      link: this.#quietLink,
    });
  }

  async #command(command: PlayerCommand): Promise<void> {
    const { sessions, route, isEnded } = this.#options;
    if (this.#member === undefined) return;
    const present = sessions.find(this.#member.username);
    if (present?.link.address === this.address) return route(present, command);
    if (await isEnded?.(this.#member.sessionId) === true) {
      return this.#send(`SERVER: ${joinRefusalText("authentication_required")}`);
    }
    // It may have hung up meanwhile.
    if (this.#isClosed) return;
    // A match ends while its players stay on the line: the next command finds them another.
    const joined = this.#join(this.#member);
    if (joined.kind === "refused") this.#send(`SERVER: ${joinRefusalText(joined.refusal)}`);
    else route(joined.player, command);
  }

  async #onMessage(text: string): Promise<void> {
    const { handler, metrics } = this.#options;
    const parsed = parseMessage(text);
    if (!parsed.ok) {
      metrics.drops[parsed.reason].inc();
      const reply = refusalReply(parsed);
      return reply === undefined ? undefined : this.#send(reply);
    }
    const { message } = parsed;
    if (message.action === "login") return await this.#jsonLogin(message.request);
    if (message.action === "join_game") return await this.#jsonJoin(message);
    const handled = handler.handle(message, this);
    if (handled.kind === "ignored") metrics.drops[handled.reason].inc();
    else if (handled.reply !== undefined) this.#send(handled.reply);
  }

  async #jsonJoin(message: JoinMessage): Promise<void> {
    this.#send(await this.#options.handler.join(message, this));
    // Whoever has hung up meanwhile has been given a tank all the same.
    if (this.#isClosed) this.#leaveAll();
  }

  async #jsonLogin(request: JsonObject): Promise<void> {
    const { username, password } = request;
    const outcome = await this.#options.auth.login({
      username: typeof username === "string" ? username : "",
      password: typeof password === "string" ? password : "",
      ip: this.#connection.remote.hostname,
    });
    if (outcome.ok) {
      const { accountId, username, sessionId } = outcome;
      this.#loggedIn = { accountId, username, sessionId };
    }
    this.#send(JSON.stringify(outcome.reply));
  }

  #send(line: string): void {
    this.#connection.write(line);
  }

  #makeLink(options: { readonly wantsState: boolean }): PlayerLink {
    return {
      ...options,
      transport: "tcp",
      address: this.address,
      attach: () => {},
      detach: () => {},
      send: (message) => this.#send(message),
      tellKicked: (matchId) =>
        this.#send(options.wantsState ? kickedMessage(matchId) : `SERVER: ${KICKED_TEXT}`),
      // Whoever types has nowhere to go by a line of JSON.
      ...(options.wantsState && {
        tellMoved: (move: MatchMove): void => this.#send(matchMovedMessage(move)),
      }),
    };
  }
}
