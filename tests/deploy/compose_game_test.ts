/** The profile `game` of compose.yaml, held against the services themselves. */
import { assert, assertEquals } from "@std/assert";
import { parseAuthConfig } from "../../auth/config.ts";
import { AUTH_PORTS } from "../../auth/service.ts";
import type { Env } from "../../core/config.ts";
import { parseProgramConfig } from "../../core/program_config.ts";
import { tryJsonObject } from "../../core/json.ts";
import { VERSION } from "../../core/version.ts";
import { IMAGE_USER } from "../../deploy/image_root.ts";
import { parseGameConfig } from "../../game/config.ts";
import { parseGatewayConfig } from "../../game/gateway/config.ts";
import { GATEWAY_PORTS } from "../../game/gateway/service.ts";
import { parseMatchmakerConfig } from "../../game/matchmaking/config.ts";
import { MATCHMAKER_PORTS } from "../../game/matchmaking/service.ts";
import { GAME_PORTS } from "../../game/service.ts";
import { parseStatusConfig } from "../../status-worker/config.ts";
import { STATUS_PORTS } from "../../status-worker/service.ts";
import { listAt, objectAt, objectsAt } from "../clients/json_fields.ts";
import { interpolate, readComposeFile, readYamlFile } from "./compose_file.ts";
import { parseEnvLines, readEnvExample } from "./env_example.ts";

const compose = await readComposeFile();
const PROMETHEUS_CONFIG = "deploy/monitoring/prometheus.yaml";

/** What a service opens, how it reads its settings, and the fields that say where players reach it. */
interface Known {
  readonly ports: readonly string[];
  readonly parse: (env: Env) => object;
  readonly published: readonly string[];
}

const SERVICES: ReadonlyMap<string, Known> = new Map<string, Known>([
  ["auth", { ports: AUTH_PORTS, parse: parseAuthConfig, published: ["tcpPort"] }],
  ["game", { ports: GAME_PORTS, parse: parseGameConfig, published: ["udpPort", "tcpPort"] }],
  ["gateway", { ports: GATEWAY_PORTS, parse: parseGatewayConfig, published: ["httpPort"] }],
  ["matchmaker", {
    ports: MATCHMAKER_PORTS,
    parse: parseMatchmakerConfig,
    published: ["httpPort"],
  }],
  ["status-worker", { ports: STATUS_PORTS, parse: parseStatusConfig, published: ["httpPort"] }],
]);

/** The variable that puts a real server behind a port. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["eventLog", "KAFKA_BOOTSTRAP_SERVERS"],
  ["workQueue", "RABBITMQ_URL"],
  ["rpc", "RABBITMQ_URL"],
  ["pubSub", "NATS_URL"],
  ["kvStore", "REDIS_URL"],
  ["database", "DATABASE_URL"],
  ["constants", "DB_HOST"],
]);

for (const [name, { ports, parse, published }] of SERVICES) {
  const service = compose.services.get(name) ?? {};
  const environment = tryJsonObject(service.environment) ?? {};

  Deno.test(`compose.yaml gives ${name} the address of what it opens, and of nothing else`, () => {
    const given = Object.keys(environment).filter((variable) =>
      [...VARIABLES.values()].includes(variable)
    );
    assertEquals(
      given.toSorted(),
      [
        ...new Set(ports.map((port) => VARIABLES.get(port) ?? port)),
      ].toSorted(),
    );
  });

  Deno.test(`compose.yaml's settings for ${name} can be read, and name other containers`, async () => {
    const values = await exampleValues();
    const env = new Map(
      Object.entries(environment).map(([variable, value]) => [
        variable,
        // Compose reads what .env.example says of the gateway's port first.
        interpolate(String(value), values).replace("${GATEWAY_HTTP_PORT}", "8080"),
      ]),
    );
    const { service: config, ports: brokers } = parseProgramConfig(env, { parseConfig: parse });
    const { kafka, rabbitmq, nats, redis, postgres, mysql } = brokers;
    const hosts = [
      ...kafka?.brokers.map((broker) => broker.split(":")[0]) ?? [],
      ...[rabbitmq?.host, nats?.hosts[0].hostname, redis?.host.hostname],
      ...[postgres?.host, mysql?.host],
    ].filter((host) => host !== undefined);
    for (const host of hosts) assert(compose.services.has(host), host);
    const containerPorts = listAt(service, "ports").map((port) =>
      Number(/:(\d+)(?:\/udp)?$/.exec(interpolate(String(port), values))?.[1])
    );
    const fields = Object.entries(config);
    assertEquals(
      containerPorts,
      published.map((field) => fields.find(([key]) => key === field)?.[1]),
    );
  });

  Deno.test(`compose.yaml builds ${name} from the Dockerfile, and asks it for its health`, () => {
    assertEquals(service.image, `tanks-blitz/${name}:${VERSION}`);
    assertEquals(service.build, {
      context: ".",
      dockerfile: "deploy/Dockerfile",
      args: { SERVICE: name, OTEL_DENO: "${OTEL_DENO:-false}" },
    });
    assertEquals(service.user, `${IMAGE_USER}:${IMAGE_USER}`);
    assertEquals(service.read_only, true);
    assertEquals(objectAt(service, "healthcheck").test, ["CMD", "/service", "--health"]);
    assertEquals(
      Object.keys(objectAt(service, "depends_on")).filter((broker) =>
        !compose.services.has(broker)
      ),
      [],
    );
    const hasData = "volumes" in service && listAt(service, "volumes").includes(`${name}:/data`);
    // Events wait there while Kafka is away.
    assertEquals(hasData, ports.includes("eventLog"));
  });
}

Deno.test("compose.yaml's Prometheus finds its rules, and every service at its ops port", async () => {
  const prometheus = compose.services.get("prometheus") ?? {};
  const path = listAt(prometheus, "command").map(String)
    .find((argument) => argument.startsWith("--config.file="))?.split("=")[1];
  const mounts = listAt(prometheus, "volumes").map((mount) => String(mount).split(":"));
  assertEquals(mounts.find(([, target]) => target === path)?.[0], `./${PROMETHEUS_CONFIG}`);
  const config = await readYamlFile(PROMETHEUS_CONFIG);
  const [pattern] = listAt(config, "rule_files").map(String);
  const folder = new URL(pattern?.replace(/\*\.yaml$/, "") ?? "", `file://${path}`).pathname;
  assert(mounts.some(([, target]) => `${target}/` === folder), folder);
  const targets = objectsAt(config, "scrape_configs").flatMap((job) =>
    objectsAt(job, "static_configs").flatMap((group) => listAt(group, "targets"))
  );
  const expected = [...SERVICES].map(([name, { parse }]) => {
    return `${name}:${Object.entries(parse(new Map())).find(([key]) => key === "opsPort")?.[1]}`;
  });
  const watching = ["alertmanager:9093", "loki:3100", "collector:8888"];
  assertEquals(targets.toSorted(), [...expected, ...watching].toSorted());
});

Deno.test("compose.yaml's game server listens on the UDP port that is published, and so tells it to players", async () => {
  const values = await exampleValues();
  values.set("GAME_UDP_PORT", "19999");
  const game = compose.services.get("game") ?? {};
  const ports = listAt(game, "ports").map((port) => interpolate(String(port), values));
  assertEquals(ports.filter((port) => port.endsWith("/udp")), ["127.0.0.1:19999:19999/udp"]);
  const port = interpolate(String(objectAt(game, "environment").GAME_UDP_PORT), values);
  assertEquals(parseGameConfig(new Map([["GAME_UDP_PORT", port]])).udpPort, 19_999);
});

Deno.test("compose.yaml's auth says the same of unknown names and wrong passwords", () => {
  const environment = objectAt(compose.services.get("auth") ?? {}, "environment");
  assertEquals(environment.AUTH_UNIFORM_FAILURES, "true");
});

Deno.test("compose.yaml's services name themselves to the collector, at the port that it has", async () => {
  const collector = await readYamlFile("deploy/monitoring/collector.yaml");
  const otlp = objectAt(objectAt(collector, "receivers"), "otlp");
  const { endpoint } = objectAt(objectAt(otlp, "protocols"), "http");
  const port = String(endpoint).split(":")[1];
  for (const name of SERVICES.keys()) {
    const environment = objectAt(compose.services.get(name) ?? {}, "environment");
    assertEquals(environment.OTEL_SERVICE_NAME, name);
    assertEquals(environment.OTEL_EXPORTER_OTLP_ENDPOINT, `http://collector:${port}`);
  }
  const { environment } = compose.services.get("collector") ?? {};
  for (const variable of JSON.stringify(collector).matchAll(/\$\{env:(\w+)/g)) {
    assert(String(variable[1]) in (tryJsonObject(environment) ?? {}), variable[1]);
  }
});

Deno.test("compose.yaml's watchers read the files that are mounted for them", () => {
  for (const name of ["alertmanager", "collector", "loki"]) {
    const service = compose.services.get(name) ?? {};
    const targets = listAt(service, "volumes").map((mount) => String(mount).split(":")[1]);
    const words = ["entrypoint", "command"].flatMap((field) =>
      field in service ? listAt(service, field).map(String) : []
    );
    const files = words.flatMap((word) => /\/etc\/[\w/.-]+$/.exec(word) ?? []);
    assertEquals(files.length, 1, name);
    for (const file of files) assert(targets.includes(file), `${name}: ${file}`);
  }
});

Deno.test("compose.yaml's Grafana finds its dashboards, and Prometheus by its name", async () => {
  const folder = "deploy/monitoring/grafana";
  const mounts = new Map(
    listAt(compose.services.get("grafana") ?? {}, "volumes").map((mount) => {
      const [source = "", target = ""] = String(mount).split(":");
      return [target, source];
    }),
  );
  assertEquals(mounts.get("/etc/grafana/provisioning"), `./${folder}/provisioning`);
  const dashboards = await readYamlFile(`${folder}/provisioning/dashboards/dashboards.yaml`);
  for (const provider of objectsAt(dashboards, "providers")) {
    const path = String(objectAt(provider, "options").path);
    assertEquals(mounts.get(path), `./${folder}/dashboards`);
  }
  const sources = await readYamlFile(`${folder}/provisioning/datasources/datasources.yaml`);
  const urls = objectsAt(sources, "datasources").map(({ url }) => url);
  for (const url of ["http://prometheus:9090", "http://loki:3100"]) {
    assert(urls.includes(url), urls.join());
  }
});

/** `.env.example` with a password wherever one is left open. */
async function exampleValues(): Promise<Map<string, string>> {
  const lines = parseEnvLines(await readEnvExample());
  return new Map([...lines].map(([variable, value]) => {
    return [variable, variable.endsWith("_PASSWORD") ? "secret" : value];
  }));
}
