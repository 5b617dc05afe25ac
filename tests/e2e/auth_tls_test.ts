/** Auth's port with TLS, as a process that is told by SIGHUP to read its certificate again. */
import { assert, assertEquals } from "@std/assert";
import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { makeServerCertificate } from "../brokers/server_certificate.ts";
import { eventually } from "../contract/eventually.ts";
import { serviceCommand } from "../fuzz/service_command.ts";
import { type Address, ServiceProcess } from "../fuzz/service_process.ts";

const LOGIN = { action: "login", username: "player1", password: "password123" };

/** Speaks JSON lines over TLS to the name `localhost`, for which the certificate is. */
class TlsClient {
  readonly #conn: Deno.TlsConn;
  #text = "";

  private constructor(conn: Deno.TlsConn) {
    this.#conn = conn;
  }

  static async connect({ port }: Address, ca: string): Promise<TlsClient> {
    const conn = await Deno.connectTls({ hostname: "localhost", port, caCerts: [ca] });
    try {
      await conn.handshake();
      return new TlsClient(conn);
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  async ask(request: JsonObject): Promise<JsonObject> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
    const buffer = new Uint8Array(4_096);
    while (!this.#text.includes("\n")) {
      const count = await this.#conn.read(buffer);
      if (count === null) throw new Error("Cannot read: the server closed the connection");
      this.#text += new TextDecoder().decode(buffer.subarray(0, count));
    }
    const [line = "", ...rest] = this.#text.split("\n");
    this.#text = rest.join("\n");
    return tryJsonObject(tryParseJson(line)) ?? {};
  }

  close(): void {
    this.#conn.close();
  }
}

Deno.test("Auth speaks TLS, and takes a new certificate at SIGHUP without dropping anybody", async () => {
  await using opened = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "tanks-tls-" });
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  const files = await makeServerCertificate(folder);
  const firstCa = await Deno.readTextFile(files.caFile);
  await using auth = await ServiceProcess.start({
    script: "auth/main.ts",
    env: {
      DATA_DIR: folder,
      LISTEN_HOST: "127.0.0.1",
      AUTH_TCP_PORT: "0",
      AUTH_OPS_PORT: "0",
      AUTH_SEED_ACCOUNTS: "true",
      AUTH_TLS_CERT: files.certFile,
      AUTH_TLS_KEY: files.keyFile,
    },
    awaited: ["auth tcp"],
  });
  const address = auth.address("auth", "tcp");
  const early = await TlsClient.connect(address, firstCa);
  opened.defer(() => early.close());
  assertEquals((await early.ask(LOGIN)).message, "User player1 authenticated");

  // Makes the same files anew, by another authority.
  const secondCa = await Deno.readTextFile((await makeServerCertificate(folder)).caFile);
  Deno.kill(auth.pid, "SIGHUP");
  await eventually(async () => {
    const late = await TlsClient.connect(address, secondCa);
    assertEquals((await late.ask({ action: "verify" })).message, "Invalid token");
    late.close();
  });
  assertEquals((await early.ask({ action: "verify" })).message, "Invalid token");

  await Deno.writeTextFile(files.certFile, "no certificate");
  Deno.kill(auth.pid, "SIGHUP");
  await eventually(() => assert(auth.errorLines.length > 0));
  assert(auth.errorLines[0]?.includes('"event":"reload_failed"'), auth.errorLines.join());
  const still = await TlsClient.connect(address, secondCa);
  assertEquals((await still.ask({ action: "verify" })).message, "Invalid token");
  still.close();
});

Deno.test("Auth with a certificate that cannot be used does not start, and says why", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tanks-tls-" });
  const command = serviceCommand({
    script: "auth/main.ts",
    env: {
      DATA_DIR: folder,
      AUTH_TCP_PORT: "0",
      AUTH_OPS_PORT: "0",
      AUTH_TLS_CERT: `${folder}/missing.pem`,
      AUTH_TLS_KEY: `${folder}/missing.key`,
    },
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 1);
  assert(new TextDecoder().decode(stderr).includes("missing.pem"));
  await Deno.remove(folder, { recursive: true });
});
