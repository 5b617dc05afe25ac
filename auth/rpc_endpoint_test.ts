import { assert, assertEquals } from "@std/assert";
import { AuthClient } from "../core/auth/auth_client.ts";
import { silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryRpc } from "../core/ports/memory_rpc.ts";
import { type AuthFixture, openAuthFixture } from "./auth_fixture.ts";
import { AuthMetrics } from "./auth_metrics.ts";
import { AuthService } from "./auth_service.ts";
import { answerServices } from "./rpc_endpoint.ts";

const CREDENTIALS = { username: "player1", password: "tank-battle-3" };

interface Bench extends AsyncDisposable {
  readonly fixture: AuthFixture;
  readonly rpc: MemoryRpc;
}

async function openBench(): Promise<Bench> {
  const fixture = await openAuthFixture();
  const rpc = new MemoryRpc({ clock: fixture.clock, log: silentLog });
  const metrics = new AuthMetrics(new Metrics({ process: false }));
  const service = new AuthService({ parts: fixture.parts, metrics, log: silentLog });
  await rpc.serve("auth", answerServices(service));
  return {
    fixture,
    rpc,
    async [Symbol.asyncDispose](): Promise<void> {
      await rpc.close();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

Deno.test("Rpc endpoint answers as a line is answered, for the client named", async () => {
  await using bench = await openBench();
  const register = { action: "register", ...CREDENTIALS, ip: "2001:db8::1" };
  await bench.rpc.call("auth", register, { deadlineMs: 1_000 });
  const client = new AuthClient({ rpc: bench.rpc });
  const account = await bench.fixture.parts.accounts.findByUsername("player1");
  const outcome = await client.login({ ...CREDENTIALS, ip: "192.0.2.7" });
  assert(outcome.ok);
  assertEquals(outcome.message, "User player1 authenticated");
  assertEquals(outcome.accountId, account?.accountId);
  assertEquals(outcome.username, "player1");
  assertEquals(bench.fixture.events.map((event) => event["ip"]), ["2001:db8::1", "192.0.2.7"]);
  const refused = await client.login({ ...CREDENTIALS, password: "x", ip: "192.0.2.7" });
  assert(!refused.ok);
  assertEquals(refused.message, "Authentication failed: Invalid password");
  assertEquals(refused.code, "invalid_credentials");
});

Deno.test("Rpc endpoint gives out the keys", async () => {
  await using bench = await openBench();
  const client = new AuthClient({ rpc: bench.rpc });
  assertEquals(await client.fetchKeys(), await bench.fixture.parts.keys.published());
});

Deno.test("Rpc endpoint takes no address that is none", async () => {
  await using bench = await openBench();
  for (const ip of [undefined, null, 7, {}, "x".repeat(65)]) {
    const request = { action: "login", ...CREDENTIALS, ip };
    await bench.rpc.call("auth", request, { deadlineMs: 1_000 });
  }
  const ips = new Set(bench.fixture.events.map((event) => event["ip"]));
  assertEquals(ips, new Set(["unknown"]));
});

Deno.test("Rpc endpoint answers what is no request", async () => {
  await using bench = await openBench();
  for (const value of [null, [], "login", { action: "fly" }]) {
    const reply = await bench.rpc.call("auth", value, { deadlineMs: 1_000 });
    assertEquals(reply, {
      status: "error",
      message: "Unknown or missing action",
      code: "unknown_action",
    });
  }
});
