/**
 * Credentials and TLS on a real NATS.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { NatsConfig } from "../../core/adapters/nats_config.ts";
import { openNatsPubSub } from "../../core/adapters/nats_pub_sub.ts";
import { systemClock } from "../../core/clock.ts";
import { openLog, silentLog } from "../../core/log.ts";
import { whyNoProgram } from "./broker_here.ts";
import { NATS_COMMAND, NatsBroker, natsConfig } from "./nats_broker.ts";
import type { BrokerOptions } from "./private_server.ts";
import { hasBroker } from "./require_brokers.ts";
import { makeServerCertificate, type ServerCertificate } from "./server_certificate.ts";

const isHere = hasBroker("NATS with passwords", await whyNoProgram(NATS_COMMAND));
const hasTls = hasBroker(
  "NATS with TLS",
  await whyNoProgram(NATS_COMMAND) ?? await whyNoProgram("openssl"),
);

/** "up" and an echo, or why there is no connection. */
async function tryOut(config: NatsConfig): Promise<string> {
  const states: string[] = [];
  const port = await openNatsPubSub({
    config,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    onState: (isUp, reason = "") => states.push(isUp ? "up" : reason),
  });
  try {
    if (states[0] !== "up") return states[0] ?? "nothing";
    port.subscribe("echo", (message) => message.respond(`re ${message.payload}`));
    return `up ${await port.request("echo", "x", { deadlineMs: 5_000 })}`;
  } finally {
    await port.close();
  }
}

async function withBroker(
  options: BrokerOptions,
  prove: (broker: NatsBroker) => Promise<void>,
): Promise<void> {
  const broker = await NatsBroker.start(options);
  try {
    await prove(broker);
  } finally {
    await broker.close();
  }
}

async function withCertificate(
  prove: (certificate: ServerCertificate) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await prove(await makeServerCertificate(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const UP = "up re x";

Deno.test({
  name: "NatsPubSub shows its user and password, and says what the server says to others",
  ignore: !isHere,
  fn: () =>
    withBroker({ args: ["--user", "tanks", "--pass", "s3cret/@"] }, async ({ port }) => {
      const at = `127.0.0.1:${port}`;
      assertEquals(await tryOut(natsConfig(`nats://tanks:s3cret%2F%40@${at}`)), UP);
      for (const user of ["tanks:wrong@", "token@", ""]) {
        const reason = await tryOut(natsConfig(`nats://${user}${at}`));
        assertStringIncludes(reason, "Authorization Violation");
      }
    }),
});

Deno.test({
  name: "NatsPubSub shows its token",
  ignore: !isHere,
  fn: () =>
    withBroker({ args: ["--auth", "t0ken"] }, async ({ port }) => {
      assertEquals(await tryOut(natsConfig(`nats://t0ken@127.0.0.1:${port}`)), UP);
    }),
});

Deno.test({
  name: "NatsPubSub logs no password",
  ignore: !isHere,
  fn: () =>
    withBroker({ args: ["--user", "tanks", "--pass", "right"] }, async ({ port }) => {
      const lines: string[] = [];
      const log = openLog({
        name: "test",
        level: "DEBUG",
        format: "json",
        write: (line) => void lines.push(line),
      });
      const pubSub = await openNatsPubSub({
        config: natsConfig(`nats://tanks:s3cret@127.0.0.1:${port}`),
        clock: systemClock,
        log,
        random: Math.random,
      });
      await pubSub.close();
      assertStringIncludes(lines.join("\n"), "nats_down");
      assertEquals(lines.join("\n").includes("s3cret"), false);
    }),
});

Deno.test({
  name: "NatsPubSub speaks TLS with a server that it trusts, by the name of its host",
  ignore: !hasTls,
  fn: () =>
    withCertificate((certificate) =>
      withBroker({ certificate }, async ({ port }) => {
        const { caFile } = certificate;
        assertEquals(await tryOut(natsConfig(`tls://localhost:${port}?cacertfile=${caFile}`)), UP);
        for (
          const [url, reason] of [
            [`tls://localhost:${port}`, "unable to verify"],
            // The server insists, and who it is has to be known all the same.
            [`nats://localhost:${port}`, "unable to verify"],
            [`tls://127.0.0.1:${port}?cacertfile=${caFile}`, "altnames"],
            [`tls://localhost:${port}?cacertfile=${caFile}.none`, "Cannot read certificate"],
          ] as const
        ) {
          const said = await tryOut(natsConfig(url));
          assertStringIncludes(said, reason);
        }
      })
    ),
});

Deno.test({
  name: "NatsPubSub asks for TLS where the server has none, and takes no other",
  ignore: !isHere,
  fn: () =>
    withBroker({}, async ({ port }) => {
      assertStringIncludes(
        await tryOut(natsConfig(`tls://localhost:${port}`)),
        "does not speak TLS",
      );
    }),
});

Deno.test({
  name: "NatsPubSub shows its certificate to a server that asks for one",
  ignore: !hasTls,
  fn: () =>
    withCertificate((certificate) =>
      withBroker({ certificate, verifiesClients: true }, async ({ port }) => {
        const { caFile, certFile, keyFile } = certificate;
        const url = `tls://localhost:${port}?cacertfile=${caFile}`;
        const own = `&certfile=${certFile}&keyfile=${keyFile}`;
        assertEquals(await tryOut(natsConfig(url + own)), UP);
        assertEquals((await tryOut(natsConfig(url))).startsWith("up"), false);
      })
    ),
});
