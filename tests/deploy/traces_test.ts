/** Traces by Deno itself, as monitoring's README has them switched on, with the rights of the tasks. */
import { assert, assertEquals } from "@std/assert";
import { PLAYER1 } from "../clients/auth_requests.ts";
import { eventually } from "../contract/eventually.ts";
import { readTaskWords, ROOT } from "../permissions/task_command.ts";
import { LoggedProcess } from "./logged_process.ts";
import { OtlpReceiver } from "./otlp_receiver.ts";

const ENV: Readonly<Record<string, string>> = {
  ...{ AUTH_TCP_PORT: "0", GAME_TCP_PORT: "0", GAME_UDP_PORT: "0", GATEWAY_HTTP_PORT: "0" },
  ...{ MATCHMAKER_HTTP_PORT: "0", STATUS_HTTP_PORT: "0", LISTEN_HOST: "127.0.0.1" },
  ...{ AUTH_OPS_PORT: "0", GAME_OPS_PORT: "0", GATEWAY_OPS_PORT: "0" },
  ...{ MATCHMAKER_OPS_PORT: "0", STATUS_OPS_PORT: "0", DRAIN_MS: "1000", LOG_FORMAT: "json" },
};

Deno.test("A login through the gateway makes a span with its route, and the log stays where it is", async () => {
  await using receiver = new OtlpReceiver();
  await run("dev", receiver, async (running) => {
    const { hostname, port } = await running.address("gateway", "http");
    const base = `http://${hostname}:${port}`;
    const login = await fetch(`${base}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(PLAYER1),
    });
    assertEquals([login.status, (await login.json()).status], [200, "success"]);
    await (await fetch(`${base}/rooms/ABCDEF`)).body?.cancel();
    // Its log still is on standard output: the address above came from there.
    await eventually(() => {
      const named = receiver.spans.map(({ name }) => name);
      assert(named.includes("POST /auth/login"), named.join());
      assert(named.includes("GET /rooms/:code"), named.join());
    });
  });
  const span = receiver.spans.find(({ name }) => name === "POST /auth/login");
  assertEquals(span?.service, "dev");
  assertEquals(span?.attributes.get("http.route"), "/auth/login");
  assertEquals(span?.attributes.get("http.response.status_code"), "200");
  // What was in the body is in no span and no record.
  assert(
    !JSON.stringify([...receiver.spans.map((one) => [...one.attributes])]).includes("password"),
  );
  assertEquals(receiver.logs, []);
  assert(receiver.metrics.has("http.server.request.duration"), [...receiver.metrics].join());
  assertEquals(receiver.problems, []);
});

Deno.test("Auth alone traces what is asked at its ops port", async () => {
  await using receiver = new OtlpReceiver();
  await run("auth", receiver, async (running) => {
    const { hostname, port } = await running.address("auth", "ops");
    const ready = await fetch(`http://${hostname}:${port}/livez`);
    assertEquals(await ready.json(), { status: "ok" });
    await eventually(() => {
      assertEquals(receiver.spans.map(({ name, service }) => [name, service]), [[
        "GET /livez",
        "auth",
      ]]);
    });
  });
  assertEquals([receiver.logs, receiver.problems], [[], []]);
});

/** Runs a task with traces to a receiver, and ends it. */
async function run(
  task: string,
  receiver: OtlpReceiver,
  work: (running: LoggedProcess) => Promise<void>,
): Promise<void> {
  // Tasks may write there and nowhere else.
  const dataDir = `data/traces-${crypto.randomUUID()}`;
  const otel = {
    OTEL_DENO: "true",
    OTEL_DENO_CONSOLE: "ignore",
    OTEL_SERVICE_NAME: task,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    // Milliseconds that a span waits for others.
    OTEL_BSP_SCHEDULE_DELAY: "100",
  };
  await Deno.mkdir(new URL(dataDir, ROOT), { recursive: true });
  try {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...await readTaskWords(task)],
      cwd: ROOT,
      env: { NO_COLOR: "1", ...ENV, ...otel, DATA_DIR: dataDir },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    await using running = new LoggedProcess(command);
    await work(running);
    running.interrupt();
    const { code, errorText } = await running.ended();
    assertEquals(code, 0, errorText);
  } finally {
    await Deno.remove(new URL(dataDir, ROOT), { recursive: true });
  }
}
