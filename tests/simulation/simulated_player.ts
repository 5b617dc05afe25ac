// Long because a player's life is one story: account, search, match, and all that can go wrong on the way.
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import type { ManualClock } from "../../core/manual_clock.ts";
import { sleep } from "../../core/clock.ts";
import type { Rng } from "../../core/rng.ts";
import type { ClientReply, ClientTransport } from "./client_transport.ts";
import { type Ledger, REVOKED_WITHIN_MS } from "./ledger.ts";
import { MatchConnection } from "./match_connection.ts";

/** What all players do: as they like, stay in a match, or go. */
export type PlayerMood = "lively" | "steady" | "leaving";

/** Rooms that players have opened and others may join. */
export type RoomBoard = string[];

/** What a player lives by. */
export interface SimulatedPlayerOptions {
  /** The name of the account. */
  readonly name: string;
  /** The time that all share. */
  readonly world: ManualClock;
  /** Draws what the player does. */
  readonly rng: Rng;
  /** The way to the gateways. */
  readonly transport: ClientTransport;
  /** Where gateways are. */
  readonly gateways: readonly string[];
  /** Writes down what the player was told. */
  readonly ledger: Ledger;
  /** Shared with the others. */
  readonly rooms: RoomBoard;
  /** Orders a match for an account, as a lobby of somebody else's does; gives the match's id. */
  readonly orderMatch: (accountId: string) => string;
  /** What all players do now. */
  readonly mood: () => PlayerMood;
  /** For the trace. */
  readonly note: (event: string, fields?: JsonObject) => void;
}

/** Where to play, and the token that lets in. */
interface Place {
  readonly matchId: string;
  readonly token: string;
  /** Whether the token counts once. */
  readonly isTicket: boolean;
}

const PASSWORD = "a tank of one's own";
const PAUSE_MS = { min: 300, max: 1_500 } as const;
const POLL_MS = 500;
const SEARCH_PATIENCE_MS = 8_000;
const ROOM_PATIENCE_MS = 8_000;
const STEP_MS = 400;
const PLAY_MS = { min: 3_000, max: 20_000 } as const;
const COME_BACKS_MAX = 20;
/** A name that several want. */
const WANTED_NAME = "everybody_wants_it";

/** Somebody who plays, comes back, goes, and does not mind how often things fail. */
export class SimulatedPlayer {
  readonly #options: SimulatedPlayerOptions;
  readonly #tokens = { access: "", refresh: "" };
  #accountId = "";
  #mayExist = false;
  #connection: MatchConnection | undefined;

  /** Does nothing before `live`. */
  constructor(options: SimulatedPlayerOptions) {
    this.#options = options;
  }

  /** When the player was last shown the match, on the world's clock. */
  get shownAtMs(): number {
    return this.#connection?.shownAtMs ?? -Infinity;
  }

  /** The name of the account. */
  get name(): string {
    return this.#options.name;
  }

  /** Plays until all leave. */
  async live(): Promise<void> {
    await this.#pause();
    await this.#tryName();
    while (this.#mood !== "leaving") {
      if (this.#tokens.access === "" && !await this.#enter()) {
        await this.#pause();
        continue;
      }
      const place = await this.#findPlace();
      if (place !== undefined) await this.#play(place);
      if (this.#mood === "lively") await this.#tinker();
      await this.#pause();
    }
    this.#connection?.hangUp();
  }

  get #mood(): PlayerMood {
    return this.#options.mood();
  }

  async #enter(): Promise<boolean> {
    const { name, ledger } = this.#options;
    if (!ledger.isRegistered(name) && !await this.#register()) return false;
    const reply = await this.#ask("POST /auth/login", { username: name, password: PASSWORD });
    if (reply.status !== 200) {
      ledger.refusedLogin(name, errorCode(reply));
      if (errorCode(reply) === "invalid_credentials") this.#mayExist = false;
      return false;
    }
    this.#keepTokens(reply);
    const me = await this.#ask("GET /accounts/me", undefined, this.#tokens.access);
    const account = tryJsonObject(me.body.account);
    if (typeof account?.account_id !== "string") {
      this.#tokens.access = "";
      return false;
    }
    this.#accountId = account.account_id;
    ledger.loggedIn(name, this.#accountId);
    return true;
  }

  async #register(): Promise<boolean> {
    const { name, ledger, note } = this.#options;
    const reply = await this.#ask("POST /auth/register", { username: name, password: PASSWORD });
    const { account_id: accountId } = reply.body;
    if (reply.status === 201 && typeof accountId === "string") {
      ledger.registered(name, accountId);
      note("registered");
      return true;
    }
    // An answer was lost: the account may be there already.
    const isTaken = errorCode(reply) === "username_taken";
    if (isTaken && this.#mayExist) return true;
    if (!isTaken) this.#mayExist = true;
    else note("name_taken");
    return false;
  }

  /** Wants a name that others want too: of all of them one may be told that it is theirs. */
  async #tryName(): Promise<void> {
    const { rng, ledger } = this.#options;
    if (rng.below(3) > 0) return;
    const asked = { username: WANTED_NAME, password: PASSWORD };
    const reply = await this.#ask("POST /auth/register", asked);
    const { account_id: accountId } = reply.body;
    if (reply.status !== 201 || typeof accountId !== "string") return;
    ledger.registered(WANTED_NAME, accountId);
  }

  async #findPlace(): Promise<Place | undefined> {
    if (this.#mood === "steady") return await this.#search("ffa");
    const draw = this.#options.rng.below(10);
    if (draw === 9) return this.#order();
    if (draw < 2) return await this.#meet();
    if (draw < 4) return await this.#search("ranked_duel");
    return await this.#search(draw < 6 ? "duel" : "ffa");
  }

  async #search(mode: string): Promise<Place | undefined> {
    const { world } = this.#options;
    const token = this.#tokens.access;
    const endMs = world.monotonicMs() + SEARCH_PATIENCE_MS;
    const asked = { user_id: this.#accountId, game_mode: mode };
    let reply = await this.#askAsPlayer("POST /matchmaking/find", asked);
    while (reply.status === 202 && world.monotonicMs() < endMs && this.#mood !== "leaving") {
      await sleep(world, POLL_MS);
      const { search_id: id } = reply.body;
      if (typeof id !== "string") return undefined;
      const next = await this.#ask(`GET /matchmaking/search/${id}`, undefined, token);
      // What could not be asked is asked again.
      if (next.status === 200 || next.status === 202) reply = next;
      else if (next.status < 500 && next.status > 0) return undefined;
    }
    if (reply.status === 202) {
      const { search_id: id } = reply.body;
      await this.#ask(`DELETE /matchmaking/search/${String(id)}`, undefined, token);
    }
    return placeOf(reply.body);
  }

  /** Has a match ordered through the work queue, to which an access token lets in. */
  #order(): Place {
    return {
      matchId: this.#options.orderMatch(this.#accountId),
      token: this.#tokens.access,
      isTicket: false,
    };
  }

  /** Plays with somebody who is met in a room. */
  async #meet(): Promise<Place | undefined> {
    const { rooms, note, world } = this.#options;
    const code = rooms.shift();
    const reply = code === undefined
      ? await this.#askAsPlayer("POST /rooms", { game_mode: "duel", team_size: 1 })
      : await this.#askAsPlayer(`POST /rooms/${code}/join`, {});
    const own = reply.body.code;
    note("room", { status: reply.status, host: code === undefined });
    if (typeof own !== "string") return await this.#leaveOldRoom(reply);
    if (code === undefined) rooms.push(own);
    const endMs = world.monotonicMs() + ROOM_PATIENCE_MS;
    let room = reply.body;
    while (placeOfRoom(room) === undefined && world.monotonicMs() < endMs) {
      if (this.#mood !== "lively") break;
      await sleep(world, POLL_MS);
      const next = await this.#askAsPlayer(`GET /rooms/${own}`);
      if (next.status === 200) room = next.body;
      else if (next.status === 404) return undefined;
    }
    const place = placeOfRoom(room);
    if (place === undefined) await this.#askAsPlayer(`POST /rooms/${own}/leave`);
    return place;
  }

  /** Whoever has been forgotten in a room cannot open another. */
  async #leaveOldRoom({ body }: ClientReply): Promise<undefined> {
    const message = tryJsonObject(body.error)?.message;
    const old = typeof message === "string" ? /^Already in room (\w+)$/.exec(message)?.[1] : "";
    if (old) await this.#askAsPlayer(`POST /rooms/${old}/leave`);
  }

  async #play(place: Place): Promise<void> {
    const { rng, world, note } = this.#options;
    const isSteady = this.#mood === "steady";
    const endMs = world.monotonicMs() + this.#draw(PLAY_MS);
    const { isTicket } = place;
    // Somebody who has the token too, and is quicker or not.
    const other = isTicket && !isSteady && rng.below(4) === 0
      ? this.#open(place, place.token, place)
      : undefined;
    let current = this.#open(place, place.token, { isTicket });
    for (let back = 0; back < COME_BACKS_MAX; back++) {
      const outcome = await this.#stay(current, endMs);
      note("left", { why: outcome, match_id: place.matchId });
      const { resumeToken } = current;
      if (outcome === "refused" || outcome === "over" || resumeToken === undefined) break;
      if (this.#hasEnough(endMs)) break;
      await sleep(world, rng.below(2_000));
      current = this.#open(place, resumeToken, { isTicket: false });
    }
    current.hangUp();
    other?.hangUp();
  }

  #open(
    place: Place,
    token: string,
    { isTicket }: { readonly isTicket: boolean },
  ): MatchConnection {
    const { rng, world, transport, gateways, ledger, name } = this.#options;
    const host = rng.pick(gateways) ?? "";
    const { matchId } = place;
    this.#connection = new MatchConnection(
      { world, transport, rng, ledger, player: name },
      { host, matchId, token, isTicket },
    );
    return this.#connection;
  }

  #hasEnough(endMs: number): boolean {
    if (this.#mood === "steady") return false;
    return this.#mood === "leaving" || this.#options.world.monotonicMs() >= endMs;
  }

  /** Drives about until the match is lost or the time is up, or the connection is. */
  async #stay(connection: MatchConnection, endMs: number): Promise<string> {
    const { world, rng } = this.#options;
    while (true) {
      await sleep(world, STEP_MS);
      const { end } = connection;
      if (end !== undefined) return end;
      if (this.#hasEnough(endMs)) {
        connection.hangUp();
        return "enough";
      }
      connection.act();
      const isBroken = connection.isSilent || (this.#mood === "lively" && rng.below(60) === 0);
      if (!isBroken) continue;
      connection.hangUp();
      return "broken";
    }
  }

  /** Does something with the account. */
  async #tinker(): Promise<void> {
    const draw = this.#options.rng.below(6);
    if (draw === 0) await this.#logOut();
    if (draw === 1) await this.#refresh();
  }

  async #logOut(): Promise<void> {
    const { ledger, world, rng, note } = this.#options;
    const token = this.#tokens.access;
    const reply = await this.#ask("POST /auth/logout", undefined, token);
    this.#tokens.access = "";
    if (reply.status !== 200) return;
    ledger.revoked(token);
    note("logged_out");
    await sleep(world, REVOKED_WITHIN_MS + rng.below(500));
    const askedMs = world.monotonicMs();
    const asked = { user_id: this.#accountId, game_mode: "ffa" };
    const found = await this.#ask("POST /matchmaking/find", asked, token);
    if (found.status === 200) ledger.accepted(token, askedMs);
  }

  async #refresh(): Promise<void> {
    const asked = { refresh_token: this.#tokens.refresh };
    const reply = await this.#ask("POST /auth/refresh", asked);
    // An answer that was lost took the token with it.
    if (reply.status === 200) this.#keepTokens(reply);
    else this.#tokens.access = "";
  }

  #keepTokens({ body: { token, refresh_token: refresh } }: ClientReply): void {
    this.#tokens.access = typeof token === "string" ? token : "";
    this.#tokens.refresh = typeof refresh === "string" ? refresh : "";
  }

  /** Asks with the access token, and logs in anew where it is good no longer. */
  async #askAsPlayer(what: string, body?: JsonObject): Promise<ClientReply> {
    const reply = await this.#ask(what, body, this.#tokens.access);
    if (reply.status === 401) this.#tokens.access = "";
    return reply;
  }

  async #ask(what: string, body?: JsonObject, token?: string): Promise<ClientReply> {
    const { rng, gateways, transport, note } = this.#options;
    const host = rng.pick(gateways) ?? "";
    const reply = await transport.ask({ host, what, token, ...(body && { body }) });
    note("asked", { what: what.replace(/[\w-]{20,}/, "…"), status: reply.status });
    return reply;
  }

  #pause(): Promise<void> {
    return sleep(this.#options.world, this.#draw(PAUSE_MS));
  }

  #draw({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + this.#options.rng.below(max - min);
  }
}

function errorCode({ body }: ClientReply): unknown {
  return tryJsonObject(body.error)?.code;
}

function placeOf({ match_id: matchId, token }: JsonObject): Place | undefined {
  const isPlace = typeof matchId === "string" && typeof token === "string";
  return isPlace ? { matchId, token, isTicket: true } : undefined;
}

function placeOfRoom(room: JsonObject): Place | undefined {
  return placeOf(tryJsonObject(room.match) ?? {});
}
