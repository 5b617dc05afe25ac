import { assertEquals } from "@std/assert";
import { parsePortsConfig, type PortsConfig } from "../../core/adapters/ports_config.ts";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import type { RunningService } from "../../core/service.ts";
import { parseMatchmakerConfig } from "../../game/matchmaking/config.ts";
import { startMatchmaker } from "../../game/matchmaking/service.ts";
import { whyNobodyListens } from "../brokers/broker_here.ts";
import { lockMachineBrokers } from "../brokers/machine_lock.ts";
import { machinePostgresUrl, whyNoPostgres } from "../brokers/postgres_broker.ts";
import { createTestDatabase } from "../brokers/postgres_databases.ts";
import { askOnce, loginToken } from "../clients/auth_requests.ts";
import { parseJsonObject, textAt } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import { openTestContext, type SystemOptions, type TestSystem, withSystem } from "../harness.ts";

const PASSWORD = "a password for each";
const RABBITMQ_PORT = 5672;
const NATS_PORT = 4222;
const REDIS_PORT = 6379;

/**
 * Other game servers may broadcast on the machine's NATS: players are near to those of this process. It is
 * also the game server's id.
 */
export const REGION: string = `test-${crypto.randomUUID()}`;
export const PINGS = { [REGION]: 1, elsewhere: 60_000 };

/** A matchmaker that runs, in this process or in one of its own. */
export interface TestMatchmaker {
  /** Where it listens. */
  readonly addresses: {
    readonly http: { readonly port: number };
    readonly ops: { readonly port: number };
  };
}

/** One in this process. */
export type OwnMatchmaker = RunningService<"http" | "ops">;

/** What a matchmaker in a test is set to. */
export const MATCHMAKER_ENV: Readonly<Record<string, string>> = {
  LISTEN_HOST: "127.0.0.1",
  MATCHMAKER_HTTP_PORT: "0",
  MATCHMAKER_OPS_PORT: "0",
  MATCHMAKER_REQUESTS_PER_SECOND: "10000",
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

/** A matchmaker's answer. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The JSON body. */
  readonly body: JsonObject;
}

/** Why the real brokers cannot be used here; undefined where they can. */
export async function whyNoRealBrokers(): Promise<string | undefined> {
  return await whyNoPostgres() ?? await whyNobodyListens(RABBITMQ_PORT) ??
    await whyNobodyListens(NATS_PORT) ?? await whyNobodyListens(REDIS_PORT);
}

/** Runs `work` with NATS, RabbitMQ, Redis and PostgreSQL behind the ports, and how to say so. */
export async function withRealBrokers(
  work: (config: PortsConfig, env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  await using _lock = await lockMachineBrokers();
  const database = await createTestDatabase(machinePostgresUrl);
  try {
    const prefix = `matchmaking_${crypto.randomUUID()}:`;
    const env = {
      DATABASE_URL: database.url,
      RABBITMQ_HOST: "127.0.0.1",
      NATS_URL: `nats://127.0.0.1:${NATS_PORT}`,
      REDIS_URL: `redis://127.0.0.1:${REDIS_PORT}/0?key_prefix=${prefix}`,
    };
    await work(parsePortsConfig(new Map(Object.entries(env))), env);
  } finally {
    await database.drop();
  }
}

/** Runs `work` with auth, a game server and so many matchmakers, which have all heard of the server. */
export async function withMatchmakers(
  options: SystemOptions & { readonly matchmakers: number },
  work: (system: TestSystem, matchmakers: readonly OwnMatchmaker[]) => Promise<void>,
): Promise<void> {
  const env = { ...options.env, SERVER_ID: REGION, GAME_REGION: REGION };
  const config = parseMatchmakerConfig(
    new Map(Object.entries({ ...MATCHMAKER_ENV, ...options.env })),
  );
  const matchmakers: OwnMatchmaker[] = [];
  // A game server says every few seconds that it is there, and nobody learns from waiting for the next time.
  const beforeGame = async (ports: TestSystem["ports"]): Promise<void> => {
    for (let index = 0; index < options.matchmakers; index++) {
      matchmakers.push(await startMatchmaker(config, { ...openTestContext(silentLog), ...ports }));
    }
  };
  await withSystem({ ...options, env, beforeGame }, async (system) => {
    await using opened = new AsyncDisposableStack();
    for (const matchmaker of matchmakers) opened.defer(() => matchmaker.close());
    for (const matchmaker of matchmakers) await untilServersHeard(matchmaker);
    await work(system, matchmakers);
  });
}

/** Makes so many accounts and logs in to them; `name` sets them apart from others. */
export async function enlist(
  { auth }: TestSystem,
  name: string,
  count: number,
): Promise<Seeker[]> {
  const address = auth.addresses.tcp;
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

/** Asks for a match, or for what `fields` say. */
export function find(
  matchmaker: TestMatchmaker,
  { accountId, token }: Seeker,
  fields: JsonObject,
): Promise<Answer> {
  const body = JSON.stringify({ user_id: accountId, jwt_token: token, pings: PINGS, ...fields });
  const headers = { "content-type": "application/json" };
  return ask(matchmaker, "/matchmaking/find", { method: "POST", headers, body });
}

/** Asks how a search stands, or with `DELETE` stops it. */
export function askSearch(
  matchmaker: TestMatchmaker,
  { token }: Seeker,
  { searchId, method = "GET" }: { readonly searchId: string; readonly method?: "GET" | "DELETE" },
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  return ask(matchmaker, `/matchmaking/search/${searchId}`, { method, headers });
}

/** Asks until the search has brought a match. */
export async function awaitMatch(
  matchmaker: TestMatchmaker,
  seeker: Seeker,
  searchId: string,
): Promise<JsonObject> {
  let found: JsonObject = {};
  await eventually(async () => {
    const { status, body } = await askSearch(matchmaker, seeker, { searchId });
    assertEquals(status, 200, JSON.stringify(body));
    found = body;
  });
  return found;
}

async function ask(
  { addresses }: TestMatchmaker,
  path: string,
  init: RequestInit,
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${addresses.http.port}${path}`, init);
  return { status: response.status, body: parseJsonObject(await response.text()) };
}

/** Resolves when the matchmaker has heard of a game server. */
export async function untilServersHeard({ addresses }: TestMatchmaker): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${addresses.ops.port}/metrics`);
    assertEquals(/^matchmaker_servers_count [1-9]/m.test(await response.text()), true);
  });
}
