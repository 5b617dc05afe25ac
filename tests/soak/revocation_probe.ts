import { sleep, systemClock } from "../../core/clock.ts";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { unreachable } from "../../core/unreachable.ts";
import { GatewayPool } from "../cluster/gateway_pool.ts";
import { DatagramClient } from "../clients/datagram_client.ts";
import { SOAK_REGIONS, type SoakSystem } from "./soak_system.ts";
import { judgeRace, type TicketRace } from "./ticket_race.ts";

/** What was probed, again and again, while things went wrong. */
export interface ProbeTally {
  /** Tokens that were revoked, and whose end was seen. */
  revoked: number;
  /** Tickets that two asked to redeem, and of which at least one got something. */
  raced: number;
  /** Probes that came to nothing, because something that they need was away. */
  missed: number;
  /** How long the slowest revocation took, in milliseconds. */
  slowestMs: number;
  /** Tokens that count after they were revoked, in words. */
  readonly revokedFaults: string[];
  /** Tickets that two redeemed, in words. */
  readonly raceFaults: string[];
}

const PASSWORD = "a password of a probe";
const PROBE_EVERY_MS = 5_000;
/** What PROTOCOL promises of a token whose session has ended, in milliseconds. */
const REVOKED_MS_MAX = 5_000;
/** An answer takes a while as well. */
const SLACK_MS = 1_000;
const POLL_MS = 250;
const PATIENCE_MS = 3_000;
const ANSWER_MS = 2_000;
const ADDRESS = "127.17.0.1";

/** Nothing has been probed. */
export function emptyTally(): ProbeTally {
  return { revoked: 0, raced: 0, missed: 0, slowestMs: 0, revokedFaults: [], raceFaults: [] };
}

/**
 * Logs in and out all the while: a token whose session has ended must be refused within five seconds; and of
 * two who come with one match token at once, one gets the tank.
 */
export class RevocationProbe {
  /** What came of it. */
  readonly tally = emptyTally();
  readonly #gateways: GatewayPool;
  readonly #client: Deno.HttpClient;
  #number = 0;

  /** Does nothing yet. */
  constructor({ nginx }: SoakSystem) {
    const localAddress = ADDRESS;
    this.#client = Deno.createHttpClient({ caCerts: [nginx.caCert], localAddress, http2: false });
    this.#gateways = new GatewayPool(
      [`https://localhost:${nginx.addresses.https.port}`],
      0,
      this.#client,
    );
  }

  /** Probes until it is told to stop. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#probe();
      } catch {
        // Something that it needs is away: that is no fault, and is counted.
        this.tally.missed++;
      }
      await sleep(systemClock, PROBE_EVERY_MS, signal).catch(() => {
        // It is to stop, which the loop sees.
      });
    }
    this.#client.close();
  }

  async #probe(): Promise<void> {
    const username = `probe-${++this.#number}`;
    const body = { username, password: PASSWORD };
    const registered = await this.#ask("POST /auth/register", { body });
    const { token } = await this.#ask("POST /auth/login", { body });
    if (typeof token !== "string") throw new Error("no token");
    const find = {
      user_id: String(registered.account_id),
      game_mode: "team",
      pings: Object.fromEntries(SOAK_REGIONS.map((region) => [region, 1])),
    };
    const found = await this.#ask("POST /matchmaking/find", { body: find, token });
    await this.#race(username, found);
    // A ticket that nobody takes: it has to run out by itself.
    await this.#ask("POST /matchmaking/find", { body: find, token });
    await this.#ask("POST /auth/logout", { token });
    await this.#untilRefused(token, find);
  }

  /** Two come at once with one token, under one name. */
  async #race(playerId: string, found: JsonObject): Promise<void> {
    const { host, port } = tryJsonObject(found.udp) ?? {};
    if (typeof host !== "string" || typeof port !== "number") return;
    const join = {
      action: "join_game",
      player_id: playerId,
      match_id: found.match_id,
      token: found.token,
    } as JsonObject;
    const clients = [0, 1].map(() => DatagramClient.open({ hostname: host, port }));
    try {
      const replies = await Promise.all(clients.map((client) => askToJoin(client, join)));
      this.#count(playerId, judgeRace(replies));
    } finally {
      for (const client of clients) {
        await client.send({ action: "leave_game", player_id: playerId });
        await client.close();
      }
    }
  }

  #count(playerId: string, race: TicketRace): void {
    switch (race) {
      case "neither":
        this.tally.missed++;
        return;
      case "both":
        this.tally.raceFaults.push(`${playerId}: two redeemed one ticket`);
        this.tally.raced++;
        return;
      case "one":
        this.tally.raced++;
        return;
      default:
        unreachable(race);
    }
  }

  async #untilRefused(token: string, find: JsonObject): Promise<void> {
    const startMs = systemClock.monotonicMs();
    for (;;) {
      const about = { token, body: find, patienceMs: 0 };
      const { status } = await this.#gateways.ask("POST /matchmaking/find", about);
      const tookMs = systemClock.monotonicMs() - startMs;
      if (status === 401) {
        this.tally.revoked++;
        this.tally.slowestMs = Math.max(this.tally.slowestMs, Math.round(tookMs));
        return;
      }
      // Nobody has let it in, but nobody has refused it either.
      if (status !== 200 && tookMs > REVOKED_MS_MAX) throw new Error("nobody answers");
      if (status === 200 && tookMs > REVOKED_MS_MAX + SLACK_MS) {
        this.tally.revokedFaults.push(`a revoked token counts after ${Math.round(tookMs)} ms`);
        return;
      }
      await sleep(systemClock, POLL_MS);
    }
  }

  async #ask(key: string, about: { body?: JsonObject; token?: string }): Promise<JsonObject> {
    const answer = await this.#gateways.ask(key, { ...about, patienceMs: PATIENCE_MS });
    if (answer.status >= 300 || answer.status === 0) throw new Error(`${key}: ${answer.status}`);
    return answer.body;
  }
}

async function askToJoin(client: DatagramClient, join: JsonObject): Promise<JsonObject> {
  const ask = async (request: JsonObject): Promise<JsonObject> => {
    await client.send(request);
    return await client.take({
      what: "a reply to a join",
      matches: ({ status }) => status !== undefined,
      deadlineMs: ANSWER_MS,
    });
  };
  try {
    const first = await ask(join);
    return first.status === "challenge"
      ? await ask({ ...join, challenge: first.challenge })
      : first;
  } catch {
    // No answer is none.
    return {};
  }
}
