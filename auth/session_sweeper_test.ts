import { assertEquals } from "@std/assert";
import type { Log } from "../core/log.ts";
import { silentLog } from "../core/log.ts";
import { openAuthFixture } from "./auth_fixture.ts";
import { SessionSweeper } from "./session_sweeper.ts";

const TEN_MINUTES_MS = 600_000;

Deno.test("SessionSweeper removes what has ended every ten minutes", async () => {
  await using fixture = await openAuthFixture();
  const { clock, parts: { accounts, sessions } } = fixture;
  await accounts.tryInsert({
    accountId: "a1",
    username: "player1",
    passwordHash: "h",
    createdAtMs: 1,
  });
  const nowMs = clock.nowMs();
  await sessions.open({
    sessionId: "s1",
    accountId: "a1",
    tokenHash: "t1",
    nowMs,
    expiresAtMs: nowMs + 1,
    revokedUntilMs: nowMs + 1,
  });
  const count = async (): Promise<unknown> => {
    const [row] = await fixture.database.query("SELECT count(*) AS n FROM sessions");
    return row?.["n"];
  };
  const timerCount = clock.timerCount;
  const sweeper = new SessionSweeper({ sessions, clock, log: silentLog });
  await clock.advance(TEN_MINUTES_MS - 1);
  assertEquals(await count(), 1);
  await clock.advance(1);
  await sweeper.close();
  assertEquals(await count(), 0);
  assertEquals(clock.timerCount, timerCount);
});

Deno.test("SessionSweeper survives a database that fails", async () => {
  const fixture = await openAuthFixture();
  const { clock, parts: { sessions } } = fixture;
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => warnings.push(event) };
  const sweeper = new SessionSweeper({ sessions, clock, log });
  await fixture.database.close();
  await clock.advance(TEN_MINUTES_MS);
  await clock.advance(TEN_MINUTES_MS);
  await sweeper.close();
  assertEquals(warnings, ["sessions_not_swept", "sessions_not_swept"]);
});
