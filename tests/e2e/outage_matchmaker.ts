import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RunningService } from "../../core/service.ts";
import { parseMatchmakerConfig } from "../../game/matchmaking/config.ts";
import { startMatchmaker } from "../../game/matchmaking/service.ts";
import { askOnce, loginToken } from "../clients/auth_requests.ts";
import { objectAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { openTestContext, type TestSystem } from "../harness.ts";
import { PASSWORD } from "./outage_match.ts";

const ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  MATCHMAKER_HTTP_PORT: "0",
  MATCHMAKER_OPS_PORT: "0",
  MATCHMAKER_REQUESTS_PER_SECOND: "1000",
};

/** An account that can ask for a match. */
export interface Seeker {
  /** The account's name, under which it plays. */
  readonly username: string;
  /** The account's id. */
  readonly accountId: string;
  /** An access token. */
  readonly token: string;
}

/** What a seeker was answered. */
export type Found =
  | {
    readonly ok: true;
    readonly seeker: Seeker;
    readonly matchId: string;
    readonly ticket: string;
  }
  | { readonly ok: false; readonly code: string };

/** A matchmaker on the ports of a system. */
export class OutageMatchmaker {
  /** Its addresses. */
  readonly service: RunningService<"http" | "ops">;
  readonly #system: TestSystem;

  private constructor(system: TestSystem, service: RunningService<"http" | "ops">) {
    this.#system = system;
    this.service = service;
  }

  /** Runs `work` with a matchmaker, and closes it whatever happens. */
  static async run(
    system: TestSystem,
    work: (matchmaker: OutageMatchmaker) => Promise<void>,
  ): Promise<void> {
    const config = parseMatchmakerConfig(new Map(Object.entries(ENV)));
    const service = await startMatchmaker(config, {
      ...openTestContext(silentLog),
      ...system.ports,
    });
    try {
      await work(new OutageMatchmaker(system, service));
    } finally {
      await service.close();
    }
  }

  /** Makes so many accounts and logs in to them; `name` sets them apart from others. */
  async enlist(name: string, count: number): Promise<Seeker[]> {
    const address = this.#system.auth.addresses.tcp;
    const seekers: Seeker[] = [];
    for (let index = 0; index < count; index++) {
      const account = { username: `${name}-${index}`, password: PASSWORD };
      const registered = await askOnce(address, { action: "register", ...account });
      assertEquals(registered.status, "success");
      const token = await loginToken(address, account);
      const accountId = textAt(registered, "account_id");
      seekers.push({ username: account.username, accountId, token });
    }
    return seekers;
  }

  /** Asks for a match of a mode that waits for nobody else. */
  async find(seeker: Seeker): Promise<Found> {
    const { port } = this.service.addresses.http;
    const fields = { user_id: seeker.accountId, game_mode: "pve_heist", jwt_token: seeker.token };
    const response = await fetch(`http://127.0.0.1:${port}/matchmaking/find`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields satisfies JsonObject),
    });
    const body = parseJsonObject(await response.text());
    if (!response.ok) {
      assertEquals(response.status, 503, JSON.stringify(body));
      return { ok: false, code: textAt(objectAt(body, "error"), "code") };
    }
    const [matchId, ticket] = [textAt(body, "match_id"), textAt(body, "token")];
    return { ok: true, seeker, matchId, ticket };
  }
}
