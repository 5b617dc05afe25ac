/** Everything that a run of all actions writes, in its log and on disk, searched for what was secret in it. */
import { assert, assertEquals } from "@std/assert";
import { FREE_PORTS } from "../clients/free_ports.ts";
import type { JsonObject } from "../../core/json.ts";
import { LineClient } from "../clients/line_client.ts";
import { textAt } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import { serviceCommand } from "../fuzz/service_command.ts";

const PASSWORD = "Secret-Password-One";
const NEXT_PASSWORD = "Secret-Password-Two";
const GUESS = "Secret-Guess-Three";
const WEAK = "secret4";

const ENV = {
  LISTEN_HOST: "127.0.0.1",
  LOG_LEVEL: "DEBUG",
  LOG_FORMAT: "json",
  ...FREE_PORTS,
};

/** Runs every service in one process, and gives all that it wrote to its standard streams. */
async function runAll(
  dataDir: string,
  work: (portOf: (service: string, name: string) => Promise<number>) => Promise<void>,
): Promise<string> {
  const command = { script: "deploy/all_in_one.ts", env: { ...ENV, DATA_DIR: dataDir } };
  const child = serviceCommand(command).spawn();
  let written = "";
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) written += text;
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const portOf = async (service: string, name: string): Promise<number> => {
    let port = NaN;
    await eventually(() => {
      const line = written.split("\n").find((line) =>
        line.includes(`"service":"${service}"`) && line.includes(`"name":"${name}"`)
      );
      port = Number(/"address":"[^"]*:(\d+)"/.exec(line ?? "")?.[1]);
      assert(port > 0);
    });
    return port;
  };
  try {
    await work(portOf);
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await collected;
  }
  return written;
}

async function collectFiles(folder: string): Promise<string> {
  let text = "";
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) text += new TextDecoder().decode(await Deno.readFile(`${folder}/${name}`));
  }
  return text;
}

/** Every action of the protocol, as it succeeds and as it fails; gives the tokens that were handed out. */
async function doEverything(
  auth: LineClient,
  game: LineClient,
  gatewayPort: number,
): Promise<string[]> {
  const tokens: string[] = [];
  const ask = async (request: JsonObject): Promise<JsonObject> => {
    const reply = await auth.askJson(request);
    for (const field of ["token", "refresh_token"]) {
      if (reply[field] !== undefined) tokens.push(textAt(reply, field));
    }
    return reply;
  };
  const account = { username: "Keeper", password: PASSWORD };
  await ask({ action: "register", ...account });
  await ask({ action: "register", ...account });
  await ask({ action: "register", username: "weakling", password: WEAK });
  await ask({ action: "login", ...account, password: GUESS });
  await ask({ action: "login", username: "nobody", password: GUESS });
  const first = await ask({ action: "login", ...account });
  const { token, refresh_token } = first;
  await ask({ action: "refresh", refresh_token });
  await ask({ action: "refresh", refresh_token });
  await ask({ action: "verify", token });
  const second = await ask({ action: "login", ...account });
  const change = { action: "account_update", token: second.token, password: NEXT_PASSWORD };
  await ask({ ...change, old_password: GUESS });
  await ask({ ...change, old_password: PASSWORD });
  await ask({ action: "account_get", token: second.token });
  await ask({ action: "account_delete", token: second.token, password: GUESS });
  await ask({ action: "logout", token: second.token });
  await auth.ask(`{"action":"login","password":"${GUESS}`);
  await auth.ask(`["${GUESS}"]`);
  await game.ask(`LOGIN Keeper ${GUESS}`);
  const response = await fetch(`http://127.0.0.1:${gatewayPort}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "Keeper", password: NEXT_PASSWORD }),
  });
  const loggedIn = await response.json();
  assertEquals(response.status, 200, JSON.stringify(loggedIn));
  tokens.push(textAt(loggedIn, "token"), textAt(loggedIn, "refresh_token"));
  return tokens;
}

Deno.test("Nothing that any service writes holds a password or a token", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-secrets-" });
  try {
    let tokens: string[] = [];
    const log = await runAll(dataDir, async (portOf) => {
      const connect = async (service: string): Promise<LineClient> =>
        await LineClient.connect({ hostname: "127.0.0.1", port: await portOf(service, "tcp") });
      const [auth, game] = [await connect("auth"), await connect("game")];
      await game.readLine();
      tokens = await doEverything(auth, game, await portOf("gateway", "http"));
      await auth.close();
      await game.close();
    });
    assert(log.includes('"level":"DEBUG"') && log.includes('"event":"closed"'), log.slice(-2_000));
    assertEquals(tokens.length, 8);
    const files = await collectFiles(dataDir);
    assert(files.includes("user_logged_in") && files.includes("Keeper"));
    for (const secret of [PASSWORD, NEXT_PASSWORD, GUESS, WEAK, ...tokens]) {
      assert(!log.includes(secret), `the log holds ${secret}`);
      assert(!files.includes(secret), `a file holds ${secret}`);
    }
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
