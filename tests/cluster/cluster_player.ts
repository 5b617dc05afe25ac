// Long because a player's way is one: an account, a match, a seat, and the way back to it.
import { sleep, systemClock } from "../../core/clock.ts";
import { tryJsonObject } from "../../core/json.ts";
import type { Rng } from "../../core/rng.ts";
import { unreachable } from "../../core/unreachable.ts";
import { openBinarySeat } from "./binary_seat.ts";
import { openDatagramSeat } from "./datagram_seat.ts";
import type { GatewayPool, PoolAnswer } from "./gateway_pool.ts";
import { openLineSeat } from "./line_seat.ts";
import { MatchMemory } from "./match_memory.ts";
import type { MatchSeat, SeatAddress, SeatEnd, SeatOpening } from "./match_seat.ts";
import {
  countMiss,
  type PlayerMatch,
  type PlayerOutcome,
  type PlayerRecord,
} from "./player_record.ts";
import { TankDriver } from "./tank_driver.ts";
import { openWebSeat } from "./web_seat.ts";

/** What a player works with. */
export interface ClusterPlayerOptions {
  /** What it did and was told; written by it. */
  readonly record: PlayerRecord;
  /** Its way to the gateways. */
  readonly gateways: GatewayPool;
  /** The pings that it says it has, by region. */
  readonly pings: Readonly<Record<string, number>>;
  /** Where a server takes lines, by where it takes datagrams: the one port that nobody tells a client. */
  readonly linesOf: (udp: SeatAddress) => SeatAddress;
  /** What its datagrams go through on their way to a server; nothing by default. */
  readonly openNetwork?: (udp: SeatAddress) => PlayerNetwork;
  /** Decides what it does. */
  readonly rng: Rng;
}

/** What stands between a player and a server. */
export interface PlayerNetwork {
  /** Where the player sends to. */
  readonly address: SeatAddress;
  /** Ends it. */
  close(): Promise<void>;
}

const PASSWORD = "a password for each";
const DRIVE_MS = 200;
/** For how long a player tries again before it is content to know why not, in milliseconds. */
const PATIENCE_MS = 25_000;
const SEARCH_POLL_MS = 300;
const SEARCH_MS_MAX = 45_000;
const COME_BACK_MS = 400;
/** Longer than it takes until a killed server's matches go on elsewhere; as long as a gateway looks. */
const BACK_MS_MAX = 15_000;
/** How long an answer to a join is waited for, at first and where the server may be gone; milliseconds. */
const JOIN_MS = 6_000;
const BACK_MS = 1_500;
/** A place may be in a match that has just ended, or on a server that has. */
const FINDS_MAX = 4;

interface Found {
  readonly matchId: string;
  readonly token: string;
  readonly udp: SeatAddress;
}

type Step<Value> = { readonly ok: true; readonly value: Value } | {
  readonly ok: false;
  readonly outcome: PlayerOutcome;
};

/** A player who goes the whole way: registers, logs in, finds a match, plays it to its end. */
export class ClusterPlayer {
  readonly #options: ClusterPlayerOptions;
  #accessToken = "";
  #resumeToken = "";

  /** Does nothing yet. */
  constructor(options: ClusterPlayerOptions) {
    this.#options = options;
  }

  /** Makes the account and logs in. @throws Error where that fails */
  async enlist(): Promise<void> {
    const registered = await this.register();
    if (registered.status !== 201) throw new Error(`Cannot register: ${describe(registered)}`);
    const loggedIn = await this.logIn();
    if (loggedIn.status !== 200) throw new Error(`Cannot log in: ${describe(loggedIn)}`);
  }

  /** Makes the account; gives the answer, which is 409 where an answer before it was lost. Never rejects. */
  async register(): Promise<PoolAnswer> {
    const { record } = this.#options;
    const answer = await this.#askAuth("register");
    if (answer.status === 201) record.accountId = String(answer.body.account_id);
    return answer;
  }

  /** Logs in; gives the answer. Never rejects. */
  async logIn(): Promise<PoolAnswer> {
    const answer = await this.#askAuth("login");
    if (answer.status !== 200) return answer;
    this.#accessToken = String(answer.body.token);
    await this.#askWhoIAm();
    return answer;
  }

  /** Logs out; gives the answer. Never rejects. */
  async logOut(): Promise<PoolAnswer> {
    const { gateways } = this.#options;
    const about = { token: this.#accessToken, patienceMs: PATIENCE_MS };
    return await gateways.ask("POST /auth/logout", about);
  }

  /** Finds a match and plays it to its end, or until it is told why not. Never rejects. */
  async play(): Promise<PlayerOutcome> {
    const { record } = this.#options;
    this.#resumeToken = "";
    try {
      record.outcome = await this.#play();
    } catch (error) {
      record.outcome = { kind: "untold", why: error instanceof Error ? error.message : `${error}` };
    }
    return record.outcome;
  }

  /** The answer that named the account may have been lost. */
  async #askWhoIAm(): Promise<void> {
    const { gateways, record } = this.#options;
    if (record.accountId !== undefined) return;
    const about = { token: this.#accessToken, patienceMs: PATIENCE_MS };
    const { body } = await gateways.ask("GET /accounts/me", about);
    const accountId = tryJsonObject(body.account)?.account_id;
    if (typeof accountId === "string") record.accountId = accountId;
  }

  async #askAuth(what: "register" | "login"): Promise<PoolAnswer> {
    const { gateways, record } = this.#options;
    return await gateways.ask(`POST /auth/${what}`, {
      body: { username: record.username, password: PASSWORD },
      patienceMs: PATIENCE_MS,
      onMissed: (answer) => countMiss(record, `${what} ${describe(answer)}`),
    });
  }

  async #play(): Promise<PlayerOutcome> {
    let why = "";
    for (let time = 0; time < FINDS_MAX; time++) {
      const found = await this.#find();
      if (!found.ok) return found.outcome;
      const { matchId, token, udp } = found.value;
      const match = this.#begin(matchId);
      const opening = await this.#open(match, { token, udp, patienceMs: JOIN_MS });
      if (opening.ok) return await this.#playOn(match, opening.seat);
      countMiss(this.#options.record, `join ${opening.why}`);
      why = opening.why;
      // It is another server's meanwhile, or there is another match.
      const elsewhere = opening.isTold ? undefined : await this.#comeBack(match);
      if (elsewhere?.ok) return await this.#playOn(match, elsewhere.value);
    }
    return { kind: "told", why: `no seat: ${why}` };
  }

  async #find(): Promise<Step<Found>> {
    const { gateways, record, pings } = this.#options;
    const token = this.#accessToken;
    const onMissed = (answer: PoolAnswer): void => countMiss(record, `find ${describe(answer)}`);
    const body = { user_id: record.accountId ?? "", game_mode: record.mode, pings };
    const endMs = systemClock.monotonicMs() + SEARCH_MS_MAX;
    const about = { token, patienceMs: PATIENCE_MS, onMissed };
    let answer = await gateways.ask("POST /matchmaking/find", { ...about, body });
    while (answer.status === 202 && systemClock.monotonicMs() < endMs) {
      await sleep(systemClock, SEARCH_POLL_MS);
      const searchId = answer.body.search_id;
      const key = `GET /matchmaking/search/${searchId}`;
      const polled = await gateways.ask(key, about);
      // Who is told that the search is gone asks anew.
      answer = polled.status === 404
        ? await gateways.ask("POST /matchmaking/find", { ...about, body })
        : { ...polled, body: { search_id: searchId, ...polled.body } };
    }
    const { host, port } = tryJsonObject(answer.body.udp) ?? {};
    if (answer.status === 200 && typeof host === "string" && typeof port === "number") {
      const matchId = String(answer.body.match_id);
      const udp = { hostname: host, port };
      return { ok: true, value: { matchId, token: String(answer.body.token), udp } };
    }
    const why = `find ${describe(answer)}`;
    const kind = answer.status === 0 ? "untold" : "told";
    return { ok: false, outcome: { kind, why } };
  }

  #begin(matchId: string): PlayerMatch {
    const match = { matchId, memory: new MatchMemory(matchId), losses: [] };
    this.#options.record.matches.push(match);
    return match;
  }

  /** Plays until somebody says that it is over, coming back each time that the seat is lost. */
  async #playOn(match: PlayerMatch, first: MatchSeat): Promise<PlayerOutcome> {
    let seat = first;
    for (;;) {
      const end = await this.#drive(match, seat);
      await seat.close();
      switch (end.kind) {
        case "over":
          return { kind: "finished", result: end.result };
        case "told":
          return end;
        case "lost": {
          match.losses.push(end.why);
          const back = await this.#comeBack(match);
          if (!back.ok) return back.outcome;
          seat = back.value;
          break;
        }
        default:
          return unreachable(end);
      }
    }
  }

  async #drive({ memory }: PlayerMatch, seat: MatchSeat): Promise<SeatEnd> {
    const driver = new TankDriver(this.#options.rng);
    const stop = systemClock.every(
      DRIVE_MS,
      () => seat.drive(driver.next(memory.frame, seat.tankId)),
    );
    try {
      return await seat.ended;
    } finally {
      stop();
    }
  }

  /** Asks where the match is now, and takes the seat there. */
  async #comeBack(match: PlayerMatch): Promise<Step<MatchSeat>> {
    const { gateways, record } = this.#options;
    const endMs = systemClock.monotonicMs() + BACK_MS_MAX;
    let why = "";
    let isTold = false;
    while (systemClock.monotonicMs() < endMs) {
      const place = await gateways.ask(`GET /matches/${match.matchId}`, { patienceMs: 1_000 });
      const { host, port } = tryJsonObject(place.body.udp) ?? {};
      if (place.status !== 0) isTold = true;
      why = describe(place);
      if (place.status === 200 && typeof host === "string" && typeof port === "number") {
        const udp = { hostname: host, port };
        const about = { token: this.#accessToken, udp, patienceMs: BACK_MS };
        const opening = await this.#open(match, about);
        if (opening.ok) return { ok: true, value: opening.seat };
        why = opening.why;
      }
      countMiss(record, `back ${why}`);
      gateways.turn();
      await sleep(systemClock, COME_BACK_MS);
    }
    return { ok: false, outcome: { kind: isTold ? "told" : "untold", why: `back: ${why}` } };
  }

  async #open(
    { matchId, memory }: PlayerMatch,
    { token, udp, patienceMs }: Pick<Found, "token" | "udp"> & { readonly patienceMs: number },
  ): Promise<SeatOpening> {
    const { record, gateways, linesOf } = this.#options;
    const about = { playerId: record.username, matchId, token, patienceMs };
    const request = { ...about, listener: memory };
    switch (record.transport) {
      case "websocket": {
        const url = `${gateways.url.replace("http", "ws")}/ws`;
        const onResumeToken = (given: string): void => {
          this.#resumeToken = given;
        };
        const isBack = this.#resumeToken !== "" && token === this.#accessToken;
        const own = isBack ? { ...request, token: this.#resumeToken } : request;
        return await openWebSeat(url, { ...own, onResumeToken, client: gateways.client });
      }
      case "binary":
        return await this.#openOverUdp(udp, (address) => openBinarySeat(address, request));
      case "datagram":
        return await this.#openOverUdp(udp, (address) => openDatagramSeat(address, request));
      case "line":
        return await openLineSeat(linesOf(udp), request);
      default:
        return unreachable(record.transport);
    }
  }

  /** Through the network that there is, for as long as the seat lasts. */
  async #openOverUdp(
    udp: SeatAddress,
    open: (address: SeatAddress) => Promise<SeatOpening>,
  ): Promise<SeatOpening> {
    const network = this.#options.openNetwork?.(udp);
    if (network === undefined) return await open(udp);
    const opening = await open(network.address);
    if (opening.ok) void closeAfter(opening.seat, network);
    else await network.close();
    return opening;
  }
}

async function closeAfter(seat: MatchSeat, network: PlayerNetwork): Promise<void> {
  await seat.ended;
  await network.close();
}

function describe({ status, code }: PoolAnswer): string {
  return `${status} ${code}`.trim();
}
