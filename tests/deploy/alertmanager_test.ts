/** The way of an alert: Prometheus raises it, Alertmanager takes it, and somebody is told. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { findFreePort } from "../brokers/free_port.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { objectAt, objectsAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { Mailbox } from "../clients/mailbox.ts";
import {
  AlertmanagerProcess,
  makeAlertmanagerFolder,
  whyNoAlertmanager,
} from "./alertmanager_process.ts";
import { PrometheusProcess } from "./monitoring_prometheus.ts";

const whyNot = await whyNoAlertmanager() ?? await whyNoProgram("prometheus");
const ignore = !hasBroker("Alertmanager", whyNot);
const ALERTS_MAX = 1_000;
/** An alert waits a minute before it fires; here a second. */
const ALERT_DEADLINE_MS = 60_000;

/** How a run of the script ended, with Alertmanager's place taken by amtool. */
async function checkConfig(webhookUrl: string): Promise<{ code: number; said: string }> {
  const folder = await makeAlertmanagerFolder();
  try {
    await Deno.remove(`${folder}/alertmanager`);
    await Deno.writeTextFile(`${folder}/alertmanager`, CHECK, { mode: 0o755 });
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [`${folder}/alertmanager.sh`, "--storage.path=/nowhere"],
      env: {
        PATH: `${folder}:${Deno.env.get("PATH")}`,
        ALERT_WEBHOOK_URL: webhookUrl,
        ALERT_CONFIG_DIR: `${folder}/config`,
      },
    }).output();
    const decoder = new TextDecoder();
    return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Says what amtool thinks of the configuration, who is told, and what else was asked for. */
const CHECK = `#!/bin/sh
set -e
config=\${1#--config.file=}
amtool check-config "$config"
amtool config routes test --config.file="$config" severity=critical alertname=NoGameServers
grep 'url:' "$config"
echo "$2"
`;

Deno.test({
  name: "Alertmanager's configuration is valid, with somebody to tell and without",
  ignore,
  fn: async () => {
    const told = await checkConfig("https://chat.example/hooks/a-b_c?token=1%262");
    assertEquals(told.code, 0, told.said);
    for (
      const text of ["SUCCESS", "\nwebhook\n", "url: https://chat.example/hooks/a-b_c?token=1%262"]
    ) {
      assertStringIncludes(told.said, text);
    }
    assertStringIncludes(told.said, "--storage.path=/nowhere");
    const untold = await checkConfig("");
    assertEquals(untold.code, 0, untold.said);
    assertStringIncludes(untold.said, "\nnobody\n");
    for (
      const url of ["ftp://chat.example/", "http://a/ b", 'http://a/"', "http://a|b", "http://a&b"]
    ) {
      const { code, said } = await checkConfig(url);
      assertEquals(code, 2, url);
      assertStringIncludes(said, "Cannot read ALERT_WEBHOOK_URL");
    }
  },
});

Deno.test({
  name: "An alert that Prometheus raises is told of at the webhook",
  ignore,
  fn: async () => {
    const messages = new Mailbox<ReturnType<typeof parseJsonObject>>(ALERTS_MAX);
    const options = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
    await using webhook = Deno.serve(options, async (request) => {
      messages.push(parseJsonObject(await request.text()));
      return new Response();
    });
    await using alertmanager = await AlertmanagerProcess.start(
      `http://127.0.0.1:${webhook.addr.port}/hook`,
    );
    // Nobody listens there.
    const down = { hostname: "127.0.0.1", port: findFreePort() };
    const prometheus = await PrometheusProcess.start(
      { auth: down, game: down, gateway: down, matchmaker: down, "status-worker": down },
      { alertmanager: alertmanager.address, upCount: 0 },
    );
    try {
      const message = await messages.take({
        what: "an alert that auth is down",
        matches: (one) => objectsAt(one, "alerts").some((alert) => jobOf(alert) === "auth"),
        deadlineMs: ALERT_DEADLINE_MS,
      });
      assertEquals(textAt(message, "receiver"), "webhook");
      for (const alert of objectsAt(message, "alerts")) {
        assertEquals(objectAt(alert, "labels").alertname, "ServiceDown");
        const { summary } = objectAt(alert, "annotations");
        assertStringIncludes(String(summary), "cannot be scraped");
      }
      const severities = objectsAt(message, "alerts").map((alert) =>
        objectAt(alert, "labels").severity
      );
      assert(severities.every((severity) => severity === "critical"), severities.join());
    } finally {
      await prometheus.close();
    }
  },
});

function jobOf(alert: ReturnType<typeof parseJsonObject>): unknown {
  return objectAt(alert, "labels").job;
}
