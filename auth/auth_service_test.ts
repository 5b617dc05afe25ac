import { assertEquals, assertMatch } from "@std/assert";
import { type Log, openLog, silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { type AuthFixture, openAuthFixture } from "./auth_fixture.ts";
import { AuthMetrics } from "./auth_metrics.ts";
import { AuthService } from "./auth_service.ts";
import type { HashOutcome } from "./hash_queue.ts";
import { invalidJsonReply } from "./replies.ts";

const ORIGIN = { ip: "192.0.2.1" };
const CREDENTIALS = { username: "player1", password: "tank-battle-3" };

function openService(
  fixture: AuthFixture,
  log: Log = silentLog,
): { readonly service: AuthService; readonly registry: Metrics } {
  const registry = new Metrics({ process: false });
  const metrics = new AuthMetrics(registry);
  return { service: new AuthService({ parts: fixture.parts, metrics, log }), registry };
}

Deno.test("AuthService answers every action", async () => {
  await using fixture = await openAuthFixture();
  const { service } = openService(fixture);
  const registered = await service.answer({ action: "register", ...CREDENTIALS }, ORIGIN);
  assertEquals(registered.message, "User player1 registered");
  const loggedIn = await service.answer({ action: "login", ...CREDENTIALS }, ORIGIN);
  assertEquals(loggedIn.message, "User player1 authenticated");
  const token = String(loggedIn["token"]);
  const verified = await service.answer({ action: "verify", token }, ORIGIN);
  assertEquals(verified.message, "Token valid");
  const refreshToken = String(loggedIn["refresh_token"]);
  const refreshed = await service.answer({ action: "refresh", refreshToken }, ORIGIN);
  assertEquals(refreshed.message, "Token refreshed");
  const keys = await service.answer({ action: "jwks" }, ORIGIN);
  assertEquals(keys["keys"], await fixture.parts.keys.published());
});

Deno.test("AuthService answers a fault of ours, logs it and goes on", async () => {
  await using fixture = await openAuthFixture();
  const lines: string[] = [];
  const log = openLog({
    name: "auth",
    level: "DEBUG",
    format: "json",
    write: (line) => lines.push(line),
  });
  const { service, registry } = openService(fixture, log);
  await service.answer({ action: "register", ...CREDENTIALS }, ORIGIN);
  await fixture.database.execute("UPDATE accounts SET password_hash = 'spoilt'");
  const reply = await service.answer({ action: "login", ...CREDENTIALS }, ORIGIN);
  assertEquals<unknown>(reply, {
    status: "error",
    message: "Internal server error",
    code: "internal_error",
  });
  assertEquals(lines.length, 1);
  assertMatch(lines[0] ?? "", /"event":"request_failed","action":"login"/);
  assertEquals(lines[0]?.includes(CREDENTIALS.password), false);
  assertMatch(await registry.text(), /auth_failures_total\{reason="internal_error"\} 1/);
  const next = await service.answer({ action: "login", username: "nobody", password: "" }, ORIGIN);
  assertEquals(next.status, "failure");
});

Deno.test("AuthService counts a login without fields as one that failed", async () => {
  await using fixture = await openAuthFixture();
  const { service, registry } = openService(fixture);
  const request = { action: "login", username: undefined, password: undefined } as const;
  await service.answer(request, ORIGIN);
  assertEquals(fixture.events, []);
  const text = await registry.text();
  assertMatch(text, /auth_failures_total\{reason="missing_credentials"\} 1/);
  assertMatch(text, /failed_auths_total 1/);
});

Deno.test("AuthService counts what was no request", async () => {
  await using fixture = await openAuthFixture();
  const { service, registry } = openService(fixture);
  assertEquals(service.refuse(invalidJsonReply()), invalidJsonReply());
  assertMatch(await registry.text(), /auth_failures_total\{reason="invalid_json"\} 1/);
});

Deno.test("AuthService is settled when everything is answered", async () => {
  await using fixture = await openAuthFixture();
  const { service } = openService(fixture);
  await service.settled();
  const verified = Promise.withResolvers<HashOutcome<boolean>>();
  fixture.parts.hasher.verify = () => verified.promise;
  const answered = service.answer({ action: "login", ...CREDENTIALS }, ORIGIN);
  let isSettled = false;
  const settled = service.settled().then(() => isSettled = true);
  await fixture.clock.advance(0);
  assertEquals(isSettled, false);
  verified.resolve({ ok: true, value: false });
  await answered;
  await settled;
});
