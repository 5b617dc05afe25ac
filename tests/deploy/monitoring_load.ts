import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { PLAYER1, TESTUSER } from "../clients/auth_requests.ts";
import { GameClient } from "../clients/game_client.ts";
import { parseJsonObject, textAt } from "../clients/json_fields.ts";
import { WebPlayer } from "../clients/web_player.ts";
import { AHEAD, playBinary } from "../e2e/binary_players.ts";
import type { Address, ServiceProcess } from "../fuzz/service_process.ts";

/** A little of everything that players do, until it is closed. */
export class MonitoringLoad implements AsyncDisposable {
  readonly #services: ServiceProcess;
  readonly #region: string;
  #seeker: JsonObject = {};
  readonly #opened = new AsyncDisposableStack();

  private constructor(services: ServiceProcess, region: string) {
    this.#services = services;
    this.#region = region;
  }

  /** Has a player join in each protocol, and stay. */
  static async start(services: ServiceProcess, region: string): Promise<MonitoringLoad> {
    const load = new MonitoringLoad(services, region);
    try {
      await load.#join();
    } catch (error) {
      await load[Symbol.asyncDispose]();
      throw error;
    }
    return load;
  }

  /** One login that succeeds, one that does not, a search and a few requests. */
  async again(): Promise<void> {
    const { body } = await this.#post("/auth/login", PLAYER1);
    assertEquals(body.status, "success");
    await this.#post("/auth/login", { ...TESTUSER, password: "a wrong one" });
    await this.#post("/matchmaking/find", this.#seeker);
    await this.#get("status-worker", "/api/server/status");
    await this.#get("gateway", "/api/server/status");
    await this.#get("gateway", "/no/such/path");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }

  async #join(): Promise<void> {
    const udp = this.#services.address("game", "udp");
    const json = await GameClient.join(udp, { playerId: "guest" });
    this.#opened.defer(() => json.close());
    const { body: { token } } = await this.#post("/auth/login", TESTUSER);
    const credential = { kind: "token", token: String(token) } as const;
    const binary = await playBinary(udp, { playerId: TESTUSER.username, credential });
    this.#opened.defer(() => binary.client.close());
    binary.client.setInput(AHEAD);
    await this.#joinByBrowser();
  }

  async #joinByBrowser(): Promise<void> {
    const account = { username: "browser", password: "a word of its own" };
    const { body: registered } = await this.#post("/auth/register", account);
    const { body: loggedIn } = await this.#post("/auth/login", account);
    this.#seeker = {
      user_id: textAt(registered, "account_id"),
      jwt_token: textAt(loggedIn, "token"),
      game_mode: "pve_heist",
      pings: { [this.#region]: 1 },
    };
    const { body: found } = await this.#post("/matchmaking/find", this.#seeker);
    const { hostname, port } = this.#services.address("gateway", "http");
    const web = await WebPlayer.join(`ws://${hostname}:${port}/ws`, {
      matchId: textAt(found, "match_id"),
      token: textAt(found, "token"),
    });
    this.#opened.defer(() => web.close());
  }

  #post(path: string, fields: object): Promise<Answer> {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(fields) };
    return ask(this.#services.address("gateway", "http"), path, init);
  }

  #get(service: string, path: string): Promise<Answer> {
    return ask(this.#services.address(service, "http"), path, {});
  }
}

interface Answer {
  readonly body: ReturnType<typeof parseJsonObject>;
}

async function ask({ hostname, port }: Address, path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(`http://${hostname}:${port}${path}`, init);
  return { body: parseJsonObject(await response.text()) };
}
