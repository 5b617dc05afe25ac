/**
 * What a service may not do, tried in its own process with the very flags of its task, and with those of
 * its executable; and that it does its work with no more than those.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { findLibc } from "../../core/net/libc_path.ts";
import { parseServiceTarget, SERVICES, toPermissionFlags } from "../../deploy/service_target.ts";
import { LoggedProcess } from "../deploy/logged_process.ts";
import { notRefused, PROBED_EVENT, type ProbeReport, toProbeReport } from "./probe_report.ts";
import { WORK } from "./service_work.ts";
import { probedCommand, readTaskWords, ROOT } from "./task_command.ts";

/** Passwords of every broker and database, and something that is nobody's. */
const SECRETS: Readonly<Record<string, string>> = {
  KAFKA_SASL_PASSWORD: "kafka",
  RABBITMQ_PASSWORD: "rabbitmq",
  NATS_URL: "nats://127.0.0.1:1",
  REDIS_URL: "redis://127.0.0.1:1",
  DATABASE_URL: "postgres://127.0.0.1:1/tanks",
  DB_PASSWORD: "mysql",
  AWS_SECRET_ACCESS_KEY: "somebody's",
};

/** Of those, what each service has to see. */
const SEEN: Readonly<Record<string, readonly string[]>> = {
  auth: ["DATABASE_URL", "KAFKA_SASL_PASSWORD", "RABBITMQ_PASSWORD", "REDIS_URL"],
  game: ["KAFKA_SASL_PASSWORD", "NATS_URL", "RABBITMQ_PASSWORD", "REDIS_URL"],
  gateway: ["KAFKA_SASL_PASSWORD", "NATS_URL", "RABBITMQ_PASSWORD", "REDIS_URL"],
  matchmaker: [
    ...["DATABASE_URL", "KAFKA_SASL_PASSWORD", "NATS_URL", "RABBITMQ_PASSWORD", "REDIS_URL"],
  ],
  "status-worker": ["DB_PASSWORD", "KAFKA_SASL_PASSWORD", "NATS_URL", "REDIS_URL"],
};

const ENV: Readonly<Record<string, string>> = {
  ...{ AUTH_TCP_PORT: "0", GAME_TCP_PORT: "0", GAME_UDP_PORT: "0", GATEWAY_HTTP_PORT: "0" },
  ...{ MATCHMAKER_HTTP_PORT: "0", STATUS_HTTP_PORT: "0", LISTEN_HOST: "127.0.0.1" },
  ...{ AUTH_OPS_PORT: "0", GAME_OPS_PORT: "0", GATEWAY_OPS_PORT: "0" },
  ...{ MATCHMAKER_OPS_PORT: "0", STATUS_OPS_PORT: "0", USE_MOCKS: "true", DRAIN_MS: "1000" },
  ...{ AUTH_SEED_ACCOUNTS: "true", GAME_ALLOW_GUESTS: "true", LOG_FORMAT: "json" },
  // Where it can be had, it must be had with these rights.
  ...findLibc() !== undefined && { GAME_UDP_BACKEND: "mmsg" },
};

/** An address that may be anything may be elsewhere. */
const NET = [
  ...["connect_by_name", "connect_elsewhere", "fetch_elsewhere"],
  ...["listen_elsewhere", "send_elsewhere"],
];

const denoJson = await Deno.readTextFile(new URL("deno.json", ROOT));

for (const name of SERVICES) {
  Deno.test(`${name} works with the rights of its task, and has no others`, async () => {
    const words = await readTaskWords(name);
    const report = await probeAtWork(words, [name]);
    assertEquals(notRefused(report), ["connect_loopback"], JSON.stringify(report.outcomes));
    assertEquals(report.importable, []);
    assertEquals(secretsIn(report), SEEN[name]);
  });

  Deno.test(`${name} works with the rights of its executable, and has no others but to connect`, async () => {
    const target = parseServiceTarget(denoJson, name);
    // An executable carries its sources.
    const flags = toPermissionFlags(target, { read: ["./core"] });
    const report = await probeAtWork([...flags, target.main], [name]);
    const allowed = [...NET, "connect_loopback"].toSorted();
    assertEquals(notRefused(report), allowed, JSON.stringify(report.outcomes));
    assertEquals(report.importable, []);
    assertEquals(secretsIn(report), SEEN[name]);
  });
}

Deno.test("dev works with the rights of its task, and has no others", async () => {
  const report = await probeAtWork(await readTaskWords("dev"), SERVICES);
  assertEquals(notRefused(report), ["connect_loopback"], JSON.stringify(report.outcomes));
  assertEquals(report.importable, []);
  assert(!secretsIn(report).includes("AWS_SECRET_ACCESS_KEY"));
});

/** Starts a process with a probe in it, has each of its services work, and ends it. */
async function probeAtWork(
  words: readonly string[],
  services: readonly string[],
): Promise<ProbeReport> {
  // Tasks may write there and nowhere else.
  const dataDir = `data/permissions-${crypto.randomUUID()}`;
  try {
    const command = probedCommand(words, { ...SECRETS, ...ENV, DATA_DIR: dataDir });
    await using running = new LoggedProcess(command);
    const report = toProbeReport(await running.event({ event: PROBED_EVENT }));
    for (const name of services) {
      await WORK[name]?.(running);
    }
    running.interrupt();
    const { code, errorText } = await running.ended();
    assertEquals(code, 0, errorText);
    return report;
  } finally {
    await Deno.remove(new URL(dataDir, ROOT), { recursive: true }).catch(ignoreAbsence);
  }
}

function secretsIn({ variables }: ProbeReport): string[] {
  return variables.filter((name) => name in SECRETS).toSorted();
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
