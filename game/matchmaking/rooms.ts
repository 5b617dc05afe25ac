// Long because every request of a room is answered here, each by a few lines.
import type { TokenVerifier } from "../../core/auth/token_verifier.ts";
import type { JsonObject } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import {
  ROOM_METHODS,
  type RoomMethod,
  type RoomRefusal,
  type RoomRefused,
  type RoomReply,
} from "../../core/protocol/room_messages.ts";
import { unreachable } from "../../core/unreachable.ts";
import {
  findMember,
  openRoom,
  type Room,
  type RoomEvent,
  type RoomMember,
  type RoomMoment,
} from "../rooms/room.ts";
import { makeRoomCode, tryParseRoomCode } from "../rooms/room_code.ts";
import type { RoomChange, RoomDirectory } from "../rooms/room_directory.ts";
import { tryClientPlace } from "../rooms/room_request.ts";
import { readSettings } from "../rooms/room_settings.ts";
import { viewRoom } from "../rooms/room_view.ts";
import type { ClientPlace } from "./find_service.ts";
import type { Position } from "./geo.ts";
import type { Matchmaker } from "./matchmaker.ts";
import type { RoomEvents } from "./room_events.ts";
import type { RoomGuesses } from "./room_guesses.ts";
import type { RoomMetrics } from "./room_metrics.ts";
import { orderOfRoom } from "./room_order.ts";
import { ROOM_REFUSAL_TEXTS } from "./room_refusal_texts.ts";

/** What answering works with. */
export interface RoomsOptions {
  /** Where rooms are. */
  readonly directory: RoomDirectory;
  /** Bounds the codes that somebody tries. */
  readonly guesses: RoomGuesses;
  /** Says whom a token stands for. */
  readonly verifier: Pick<TokenVerifier, "verify">;
  /** Has matches prepared, and lets players in. */
  readonly matchmaker: Pick<Matchmaker, "openMatch" | "admit">;
  /** Where a client is, by its address or by the region that it names. */
  readonly locate: (client: ClientPlace) => Position | undefined;
  /** Tells others. */
  readonly events: RoomEvents;
  /** The moment, with a unique id for what is begun in it. */
  readonly moment: () => RoomMoment;
  /** Gives unpredictable bytes. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Told of faults. */
  readonly log: Log;
  /** Counts what becomes of requests. */
  readonly metrics: Pick<RoomMetrics, "requests" | "starts">;
}

/** A change that was made. */
type Changed = Extract<RoomChange, { readonly ok: true }>;

/** An account that a token has proven. */
interface Account {
  readonly accountId: string;
  readonly username: string;
  /** The login that the token is of. */
  readonly sessionId: string;
}

/** How often a code is drawn that is taken already, with 148 million of them. */
const CODES_MAX = 16;
/** Rooms that are ended at once because their time has come. */
const OVER_MAX = 200;

/** Answers what players ask of private rooms, and brings those that are full to their match. */
export class Rooms {
  readonly #options: RoomsOptions;

  /** Answers with what it is given. */
  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  /** Answers a request of `Rpc`: a method of {@linkcode ROOM_METHODS} and its fields. Never rejects. */
  async answer(request: JsonObject): Promise<RoomReply> {
    const { log, metrics } = this.#options;
    const reply = await this.#answer(request).catch((error: unknown) => {
      log.error("room_request_failed", { error: describeError(error) });
      return refusal("unavailable");
    });
    metrics.requests[reply.ok ? "done" : reply.code].inc();
    return reply;
  }

  /** Ends rooms whose time has come; to be called now and then. Never rejects. */
  async expire(): Promise<void> {
    const { directory, log } = this.#options;
    try {
      for (const code of await directory.over(OVER_MAX)) this.#tell(await directory.expire(code));
    } catch (error) {
      // The store forgets them by itself, only without saying so.
      log.warn("rooms_not_expired", { error: describeError(error) });
    }
  }

  async #answer(request: JsonObject): Promise<RoomReply> {
    const method = ROOM_METHODS.find((known) => known === request.method);
    if (method === undefined) return refusal("invalid_request");
    const account = await this.#prove(request);
    if ("ok" in account) return account;
    if (method === "create") return await this.#create(request, account);
    const code = typeof request.code === "string" ? tryParseRoomCode(request.code) : undefined;
    if (code === undefined) return refusal("unknown_room");
    const { guesses } = this.#options;
    if (!await guesses.mayTry(account.accountId)) return refusal("too_many_attempts");
    const reply = await this.#answerFor(method, request, { code, account });
    const isWrong = !reply.ok && reply.code === "unknown_room";
    if (isWrong) await guesses.countWrong(account.accountId);
    return reply;
  }

  #answerFor(
    method: Exclude<RoomMethod, "create">,
    request: JsonObject,
    { code, account }: { readonly code: string; readonly account: Account },
  ): Promise<RoomReply> {
    const { accountId } = account;
    switch (method) {
      case "get":
        return this.#do(code, { kind: "look", accountId }, account);
      case "configure":
        return this.#do(code, { kind: "configure", accountId, changes: request }, account);
      case "join":
        return this.#join(request, code, account);
      case "leave":
        return this.#leave(code, account);
      case "start":
        return this.#start(code, account);
      case "close":
        return this.#close(code, account);
      default:
        return unreachable(method);
    }
  }

  async #create(request: JsonObject, account: Account): Promise<RoomReply> {
    const { directory, moment, events } = this.#options;
    const read = readSettings(request, undefined);
    if (!read.ok) return refusal(read.refusal);
    const host = this.#memberOf(account, request);
    if (host === undefined) return refusal("invalid_request");
    const room = await this.#add((code) =>
      openRoom({ code, settings: read.settings, host }, moment())
    );
    if (room === undefined) return refusal("unavailable");
    const elsewhere = await directory.bind(account.accountId, room.code);
    if (elsewhere !== undefined) {
      await directory.withdraw(room.code);
      return refusal("already_in_room", `Already in room ${elsewhere}`);
    }
    events.tell(room, [{ kind: "room_created" }]);
    return await this.#reply(await this.#bringMatch(room, startOf(room)), account);
  }

  /** Adds the room under a code that no other has; undefined where none was found. */
  async #add(make: (code: string) => Room): Promise<Room | undefined> {
    const { directory, randomBytes } = this.#options;
    for (let drawn = 0; drawn < CODES_MAX; drawn++) {
      const room = make(makeRoomCode(randomBytes));
      if (await directory.add(room)) return room;
    }
    return undefined;
  }

  async #join(request: JsonObject, code: string, account: Account): Promise<RoomReply> {
    const { directory } = this.#options;
    const { accountId } = account;
    const member = this.#memberOf(account, request);
    if (member === undefined) return refusal("invalid_request");
    if (await directory.find(code) === undefined) return refusal("unknown_room");
    const elsewhere = await directory.bind(accountId, code);
    if (elsewhere !== undefined) return refusal("already_in_room", `Already in room ${elsewhere}`);
    const { after } = request;
    const isBack = typeof after === "string";
    const event = { kind: "join", member, ...(isBack && { after }) } as const;
    const reply = await this.#do(code, event, account);
    if (!reply.ok) await directory.unbind(accountId, code);
    return reply;
  }

  async #leave(code: string, { accountId }: Account): Promise<RoomReply> {
    const change = await this.#change(code, { kind: "leave", accountId });
    if (!change.ok) return refusal(change.refusal);
    await this.#options.directory.unbind(accountId, code);
    return { ok: true, farewell: { code, state: "left" } };
  }

  async #close(code: string, { accountId }: Account): Promise<RoomReply> {
    const change = await this.#change(code, { kind: "close", accountId });
    if (!change.ok) return refusal(change.refusal);
    await this.#options.directory.unbind(accountId, code);
    return { ok: true, farewell: { code, state: "closed" } };
  }

  async #start(code: string, account: Account): Promise<RoomReply> {
    const change = await this.#change(code, { kind: "start", accountId: account.accountId });
    if (!change.ok) return refusal(change.refusal);
    const room = await this.#settle(change);
    const hasFailed = change.startId !== undefined && room?.state.kind === "open";
    if (hasFailed) return refusal(room.state.problem ?? "unavailable");
    return await this.#reply(room, account);
  }

  async #do(code: string, event: RoomEvent, account: Account): Promise<RoomReply> {
    const change = await this.#change(code, event);
    if (!change.ok) return refusal(change.refusal);
    return await this.#reply(await this.#settle(change), account);
  }

  async #change(code: string, event: RoomEvent): Promise<RoomChange> {
    const change = await this.#options.directory.change(code, event);
    this.#tell(change);
    return change;
  }

  #tell(change: RoomChange): void {
    if (change.ok) this.#options.events.tell(change.room ?? change.before, change.notices);
  }

  /** The room, with its match where the change has begun a start. */
  #settle({ room, startId }: Changed): Promise<Room | undefined> {
    return this.#bringMatch(room, startId);
  }

  async #bringMatch(
    room: Room | undefined,
    startId: string | undefined,
  ): Promise<Room | undefined> {
    if (room === undefined || startId === undefined) return room;
    const { matchmaker, metrics, directory, log } = this.#options;
    const result = await matchmaker.openMatch(orderOfRoom(room));
    const problem = !result.ok && result.code === "no_servers" ? "no_servers" : "unavailable";
    const change = await this.#change(
      room.code,
      result.ok
        ? { kind: "filled", startId, place: result.place }
        : { kind: "failed", startId, problem },
    );
    if (!change.ok) {
      // The game server ends a match to which nobody comes.
      metrics.starts.abandoned.inc();
      log.info("room_start_abandoned", { refusal: change.refusal });
      return await directory.find(room.code);
    }
    metrics.starts[result.ok ? "filled" : "failed"].inc();
    return change.room;
  }

  async #reply(
    room: Room | undefined,
    { accountId, sessionId: authSessionId }: Account,
  ): Promise<RoomReply> {
    if (room === undefined) return refusal("unknown_room");
    const member = findMember(room, accountId);
    if (room.state.kind !== "filled" || member === undefined) {
      return { ok: true, room: viewRoom(room, undefined) };
    }
    const { playerId } = member;
    const who = { accountId, playerId, authSessionId };
    const admitted = await this.#options.matchmaker.admit(room.state.place, who);
    if (!admitted.ok || !("found" in admitted)) return refusal("unavailable");
    return { ok: true, room: viewRoom(room, admitted.found) };
  }

  #memberOf({ accountId, username }: Account, request: JsonObject): RoomMember | undefined {
    const client = tryClientPlace(request);
    if (client === undefined) return undefined;
    const { pings } = client;
    const position = this.#options.locate(client);
    return { accountId, playerId: username, traveller: { pings, ...(position && { position }) } };
  }

  async #prove({ jwt_token: token }: JsonObject): Promise<Account | RoomRefused> {
    if (typeof token !== "string") return refusal("missing_token");
    const verdict = await this.#options.verifier.verify(token);
    if (verdict.ok) {
      const { accountId, username, sessionId } = verdict;
      return { accountId, username, sessionId };
    }
    return refusal(verdict.reason === "keys_unavailable" ? "unavailable" : "invalid_token");
  }
}

function startOf({ state }: Room): string | undefined {
  return state.kind === "starting" ? state.startId : undefined;
}

function refusal(code: RoomRefusal, message = ROOM_REFUSAL_TEXTS[code]): RoomRefused {
  return { ok: false, code, message };
}
