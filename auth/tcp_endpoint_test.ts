import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { openAuthFixture } from "./auth_fixture.ts";
import { AuthMetrics } from "./auth_metrics.ts";
import { AuthService } from "./auth_service.ts";
import { speakToClient } from "./tcp_endpoint.ts";

interface FakeConnection {
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly id: number;
  readonly sent: string[];
  write(text: string): void;
  close(): void;
}

function openConnection(): FakeConnection {
  const sent: string[] = [];
  return {
    remote: { hostname: "192.0.2.9", port: 5 },
    id: 1,
    sent,
    write: (text) => void sent.push(text),
    close: () => void sent.push("<closed>"),
  };
}

Deno.test("Tcp endpoint sends a compact reply for each line", async () => {
  await using fixture = await openAuthFixture();
  const metrics = new AuthMetrics(new Metrics({ process: false }));
  const service = new AuthService({ parts: fixture.parts, metrics, log: silentLog });
  const connection = openConnection();
  const protocol = speakToClient(connection, service);
  for (const text of ['{"action":"login","username":"nobody","password":"x","ip":"::1"}', "x"]) {
    await protocol.onLine(new TextEncoder().encode(text));
  }
  assertEquals(connection.sent, [
    '{"status":"failure","message":"Authentication failed: User not found","code":"invalid_credentials"}',
    '{"status":"error","message":"Invalid JSON format","code":"invalid_json"}',
  ]);
  assertEquals(fixture.events.map((event) => event["ip"]), ["192.0.2.9"]);
});

Deno.test("Tcp endpoint says its last word at once", async () => {
  await using fixture = await openAuthFixture();
  const metrics = new AuthMetrics(new Metrics({ process: false }));
  const service = new AuthService({ parts: fixture.parts, metrics, log: silentLog });
  const tooLong = openConnection();
  speakToClient(tooLong, service).onLineTooLong();
  assertEquals(tooLong.sent, [
    '{"status":"error","message":"Message too long","code":"message_too_long"}',
    "<closed>",
  ]);
  const idle = openConnection();
  speakToClient(idle, service).onIdle();
  assertEquals(idle.sent, [
    '{"status":"error","message":"Request timeout","code":"request_timeout"}',
    "<closed>",
  ]);
});
