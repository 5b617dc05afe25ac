import type { Clock } from "../../core/clock.ts";
import type { GatewayRest } from "./gateway_rest.ts";
import type { PlayerLedger } from "./ledger.ts";
import type { LoadAccount, LoadAccounts, LoadToken } from "./load_accounts.ts";
import { type LoadOptions, roundMsOf } from "./load_options.ts";
import type { LoadTally } from "./load_tally.ts";
import { findMatch } from "./match_finder.ts";
import type { MatchTicket } from "./player_client.ts";
import { isLoopback } from "./remote_target.ts";
import { accept, refuse, type Reply } from "./reply.ts";
import type { TransportName } from "./transport_mix.ts";
import { withinMs } from "./within_ms.ts";

/** What it takes to get a player into matches. */
export interface PlayerEntryDeps {
  /** The load that it is part of. */
  readonly options: LoadOptions;
  /** What the player is called; a name that is taken gets an end. */
  readonly name: string;
  /** What it speaks. */
  readonly transport: TransportName;
  /** What is measured. */
  readonly tally: LoadTally;
  /** What is written down of the player. */
  readonly ledger: PlayerLedger;
  /** All time. */
  readonly clock: Clock;
  /** Makes accounts and logs in. */
  readonly accounts: LoadAccounts;
  /** The gateway, for the matchmaker. */
  readonly rest: GatewayRest;
  /** Everything ends at once. */
  readonly abort: AbortSignal;
}

/** A register, login or find gets an answer within this, in milliseconds, or has none. */
const REQUEST_MS_MAX = 30_000;
const FIND_MS_MAX = 100_000;
/** A token that is good for less than this is not used any more. */
const TOKEN_SPARE_MS = 60_000;

/** One player's way into matches: an account once, then logins, and a match each time. */
export class PlayerEntry {
  readonly #deps: PlayerEntryDeps;
  #account: LoadAccount | undefined;
  #registerTries = 0;
  #login: { readonly token: LoadToken; readonly atMs: number } | undefined;

  /** Has asked nothing yet. */
  constructor(deps: PlayerEntryDeps) {
    this.#deps = deps;
  }

  /** What it takes to join: nothing for a guest, else an account, a login and a match. */
  async ticket(): Promise<Reply<MatchTicket>> {
    const { options: { targets, mode, join }, transport, name } = this.#deps;
    const guest = {
      ...{ transport, mode, playerId: name, token: undefined, matchId: undefined },
      accessToken: undefined,
      ...{ udp: targets.game, tcp: targets.gameTcp, gateway: targets.gateway },
    };
    if (join === "direct") return accept(guest);
    const account = await this.#register();
    if (!account.ok) return account;
    const login = await this.#logIn(account.value);
    if (!login.ok) return login;
    const found = await this.#find(login.value.token);
    if (!found.ok) return found;
    return accept({
      ...{ ...guest, ...found.value },
      ...{ mode: undefined, playerId: account.value.username },
      accessToken: login.value.token,
    });
  }

  async #register(): Promise<Reply<LoadAccount>> {
    if (this.#account !== undefined) return accept(this.#account);
    const { accounts, tally, options, name } = this.#deps;
    // A name of its own each time: an answer that was lost may have been a success.
    this.#registerTries++;
    const username = this.#registerTries > 1 ? `${name}-${this.#registerTries}` : name;
    const account = { username, password: `load ${options.runId} ${options.seed}!` };
    const reply = await this.#request("register", (signal) => accounts.register(account, signal));
    if (!reply.ok) return reply;
    tally.count("accounts");
    this.#account = account;
    this.#deps.ledger.playerId = username;
    this.#deps.ledger.accountId = reply.value;
    return accept(account);
  }

  async #logIn(account: LoadAccount): Promise<Reply<LoadToken>> {
    const { accounts, tally, options, clock } = this.#deps;
    const goodForMs = (this.#login?.token.goodForMs ?? 0) - TOKEN_SPARE_MS;
    const ageMs = clock.monotonicMs() - (this.#login?.atMs ?? -Infinity);
    if (options.login === "once" && this.#login && ageMs < goodForMs) {
      return accept(this.#login.token);
    }
    const reply = await this.#request("login", (signal) => accounts.login(account, signal));
    if (!reply.ok) return reply;
    tally.count("logins");
    this.#deps.ledger.onLogin();
    this.#login = { token: reply.value, atMs: clock.monotonicMs() };
    return reply;
  }

  async #find(token: string): ReturnType<typeof findMatch> {
    const { options: { mode, allowRemote }, clock, rest, tally } = this.#deps;
    const seeker = { accountId: this.#deps.ledger.accountId ?? "", token, mode };
    const found = await this.#request(
      "find",
      (signal) => findMatch(rest, seeker, { clock, signal }),
      FIND_MS_MAX,
    );
    if (!found.ok) {
      // Whatever is wrong with it, the next round has a new one.
      this.#login = undefined;
      return found;
    }
    tally.count("finds");
    const isHere = isLoopback(found.value.udp.hostname);
    return isHere || allowRemote ? found : refuse("remote_refused");
  }

  /** Asks, and measures it: what succeeded, and what was waited for in vain. */
  async #request<Value>(
    measure: "register" | "login" | "find",
    ask: (signal: AbortSignal) => Promise<Reply<Value>>,
    ms = REQUEST_MS_MAX,
  ): Promise<Reply<Value>> {
    const { clock, abort, tally, options } = this.#deps;
    const startMs = clock.monotonicMs();
    const reply = await withinMs(ask, { clock, ms, parent: abort });
    if (reply.ok || reply.reason === "no_reply") {
      tally.measureRequest(measure, clock.monotonicMs() - startMs, roundMsOf(options));
    }
    return reply;
  }
}
