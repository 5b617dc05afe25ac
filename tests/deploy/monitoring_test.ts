import { assert, assertEquals, assertMatch } from "@std/assert";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { KafkaCluster, whyNoKafkaCluster } from "../brokers/kafka_cluster.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { listAt, objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { eventually } from "../contract/eventually.ts";
import { whyNoRealBrokers, withRealBrokers } from "../e2e/matchmaking_system.ts";
import { ServiceProcess } from "../fuzz/service_process.ts";
import {
  dashboardQueries,
  DASHBOARDS,
  MONITORING,
  readDashboard,
  readMonitoringYaml,
  readRules,
  RULE_FILES,
  ruleQueries,
} from "./monitoring_files.ts";
import { MonitoringLoad } from "./monitoring_load.ts";
import { PrometheusProcess } from "./monitoring_prometheus.ts";

const REGION = `monitored-${crypto.randomUUID()}`;
const SERVICES = ["auth", "game", "gateway", "matchmaker", "status-worker"] as const;
const ENV: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["AUTH", "GAME", "GATEWAY", "MATCHMAKER", "STATUS"].map((name) => [`${name}_OPS_PORT`, "0"]),
  ),
  ...{ AUTH_TCP_PORT: "0", GAME_TCP_PORT: "0", GAME_UDP_PORT: "0", GATEWAY_HTTP_PORT: "0" },
  ...{ MATCHMAKER_HTTP_PORT: "0", STATUS_HTTP_PORT: "0", LISTEN_HOST: "127.0.0.1" },
  ...{
    SERVER_ID: REGION,
    AUTH_THROTTLE_ADDRESS_FAILURES: "1000000",
    GAME_REGION: REGION,
    LOG_FORMAT: "json",
    DRAIN_MS: "1000",
  },
};

const whyNot = await whyNoProgram("prometheus") ?? await whyNoProgram("promtool");
const isHere = hasBroker("Prometheus", whyNot);
const whyNoBrokers = await whyNoRealBrokers() ?? await whyNoKafkaCluster();

async function promtool(...args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command("promtool", {
    args: [...args],
    cwd: MONITORING,
  }).output();
  assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
}

Deno.test({
  name: "Prometheus takes its configuration and rules, and each alert fires where it must",
  ignore: !isHere,
  fn: async () => {
    await promtool("check", "config", "prometheus.yaml");
    await promtool("check", "rules", ...RULE_FILES);
    await promtool("test", "rules", "alerts_test.yaml");
  },
});

Deno.test("Prometheus' alerts have a test each, a severity, and words for who is called", async () => {
  const tests = objectsAt(await readMonitoringYaml("alerts_test.yaml"), "tests");
  const tested = tests.flatMap((test) => objectsAt(test, "alert_rule_test"))
    .filter((test) => objectsAt(test, "exp_alerts").length > 0)
    .map((test) => textAt(test, "alertname"));
  const alerts = await readRules("rules/alerts.yaml");
  assertEquals(alerts.map(({ name }) => name).toSorted(), tested.toSorted());
  for (const { name, fields } of alerts) {
    assertMatch(textAt(objectAt(fields, "labels"), "severity"), /^(?:warning|critical)$/, name);
    for (const field of ["summary", "description"]) {
      assert(textAt(objectAt(fields, "annotations"), field).length > 20, `${name}: ${field}`);
    }
  }
});

Deno.test({
  name: "Prometheus has data for every query of every dashboard and rule, on running services",
  ignore: !isHere || !hasBroker("every broker for Prometheus", whyNoBrokers),
  // Kafka's client and WebSockets keep timers for a moment after they are closed.
  ...{ sanitizeOps: false, sanitizeResources: false },
  fn: () =>
    withRealBrokers(async (_config, env) => {
      await using opened = new AsyncDisposableStack();
      const kafka = await KafkaCluster.start();
      opened.defer(() => kafka.close());
      const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
      opened.defer(() => Deno.remove(dataDir, { recursive: true }));
      const services = opened.use(
        await ServiceProcess.start({
          script: "deploy/all_in_one.ts",
          env: {
            ...{ ...ENV, ...env, DATA_DIR: dataDir },
            KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers,
          },
          awaited: SERVICES.map((service) => `${service} ops`),
        }),
      );
      const [auth, game, gateway, matchmaker, worker] = SERVICES.map((service) =>
        services.address(service, "ops")
      );
      assert(auth && game && gateway && matchmaker && worker);
      const prometheus = await PrometheusProcess.start(
        { auth, game, gateway, matchmaker, "status-worker": worker },
      );
      opened.defer(() => prometheus.close());
      await assertAllHaveData(prometheus, services);
    }),
});

async function assertAllHaveData(
  prometheus: PrometheusProcess,
  services: ServiceProcess,
): Promise<void> {
  await eventually(async () => {
    assert(((await services.metrics("matchmaker")).get("matchmaker_servers_count") ?? 0) > 0);
  });
  await using load = await MonitoringLoad.start(services, REGION);
  const queries = [...await dashboardQueries(), ...await ruleQueries()];
  assert(queries.length > 90, `only ${queries.length} queries`);
  await eventually(async () => {
    await load.again();
    const without: string[] = [];
    for (const { where, expr } of queries) {
      if ((await prometheus.ask(expr)).length === 0) without.push(`${where}: ${expr}`);
    }
    assertEquals(without, []);
  }, 60_000);
}

Deno.test("Grafana's dashboards have names, sources and places of their own", async () => {
  const sources = objectsAt(
    await readMonitoringYaml("grafana/provisioning/datasources/datasources.yaml"),
    "datasources",
  ).map((source) => `${textAt(source, "type")} ${textAt(source, "uid")}`);
  const uids = new Set<string>();
  for (const name of DASHBOARDS) {
    const dashboard = await readDashboard(name);
    uids.add(textAt(dashboard, "uid"));
    const places = new Set<string>();
    for (const panel of objectsAt(dashboard, "panels")) {
      places.add(JSON.stringify(objectAt(panel, "gridPos")));
      for (const owner of [panel, ...objectsAt(panel, "targets")]) {
        const { type, uid } = objectAt(owner, "datasource");
        assert(sources.includes(`${type} ${uid}`), `${name}: ${type} ${uid}`);
      }
    }
    assertEquals(places.size, listAt(dashboard, "panels").length, name);
  }
  assertEquals(uids.size, DASHBOARDS.length);
  const files = [...Deno.readDirSync(new URL("grafana/dashboards", MONITORING))];
  assertEquals(
    files.map((file) => file.name).toSorted(),
    DASHBOARDS.map((name) => `${name}.json`).toSorted(),
  );
});

Deno.test("The collector's pipelines name only what it has, and end at Loki's own address", async () => {
  const collector = await readMonitoringYaml("collector.yaml");
  const pipelines = objectAt(objectAt(collector, "service"), "pipelines");
  for (const name of Object.keys(pipelines)) {
    for (const kind of ["receivers", "processors", "exporters"]) {
      const known = Object.keys(objectAt(collector, kind));
      for (const part of listAt(objectAt(pipelines, name), kind)) {
        assert(known.includes(String(part)), `${name}: ${part}`);
      }
    }
  }
  const loki = await readMonitoringYaml("loki.yaml");
  const port = objectAt(loki, "server").http_listen_port;
  const endpoint = objectAt(objectAt(collector, "exporters"), "otlphttp/loki").endpoint;
  assertEquals(endpoint, `http://loki:${port}/otlp`);
  const period = objectAt(loki, "limits_config").retention_period;
  assertMatch(String(period), /^\d+h$/);
});

Deno.test("The collector takes lines off what docker and Kubernetes alike write around them", async () => {
  const receivers = objectAt(await readMonitoringYaml("collector.yaml"), "receivers");
  const filelog = objectAt(receivers, "filelog");
  // By the path it joins what containerd and cri-o split; without it there are no lines of theirs.
  assertEquals(filelog.include_file_path, true);
  // Docker's paths name no pod, so each line of a container would be an error.
  assertEquals(listAt(filelog, "operators")[0], {
    type: "container",
    add_metadata_from_filepath: false,
  });
});
