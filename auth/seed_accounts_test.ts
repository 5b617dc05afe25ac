import { assertEquals, assertRejects } from "@std/assert";
import { type Log, silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { openAuthFixture } from "./auth_fixture.ts";
import { AuthMetrics } from "./auth_metrics.ts";
import { AuthService } from "./auth_service.ts";
import { seedAccounts } from "./seed_accounts.ts";

Deno.test("Seed accounts are there once and can log in", async () => {
  await using fixture = await openAuthFixture();
  const metrics = new AuthMetrics(new Metrics({ process: false }));
  const service = new AuthService({ parts: fixture.parts, metrics, log: silentLog });
  const warnings: unknown[] = [];
  const log: Log = { ...silentLog, warn: (event, fields) => warnings.push([event, fields]) };
  await seedAccounts(fixture.parts, log);
  await seedAccounts(fixture.parts, log);
  assertEquals(warnings, [["accounts_seeded", { usernames: ["player1", "testuser"] }]]);
  for (const [username, password] of [["player1", "password123"], ["testuser", "testpass"]]) {
    const request = { action: "login", username, password } as const;
    assertEquals((await service.answer(request, { ip: "::1" })).status, "success");
  }
});

Deno.test("Seed accounts that cannot be made are a fault", async () => {
  await using fixture = await openAuthFixture();
  fixture.queue.close();
  await assertRejects(() => seedAccounts(fixture.parts, silentLog), Error, "Cannot seed account");
});
