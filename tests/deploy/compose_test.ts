import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { parseBrokersEnv } from "../../deploy/dev_env.ts";
import { SERVICES } from "../../deploy/service_target.ts";
import { listAt, objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { findVariables, readComposeFile, readYamlFile, ROOT } from "./compose_file.ts";
import { makeEnvFile, parseEnvLines, readEnvExample } from "./env_example.ts";

const compose = await readComposeFile();
const example = await readEnvExample();
const exampleLines = parseEnvLines(example);

/** They store nothing. */
const WITHOUT_DATA = ["nats", "collector"];
/** What a hash takes while it is computed, in MiB. */
const HASH_MIB = 16;
/** Those that watch. */
const MONITORING = ["alertmanager", "collector", "grafana", "loki", "prometheus"];
/** Their images have no program that could ask for their health: Prometheus watches them. */
const WITHOUT_CHECK = ["collector", "loki"];
/** Docker's log files, of this machine's own folders the only one that a container may see. */
const LOG_FILES = "/var/lib/docker/containers";

Deno.test("compose.yaml has brokers and databases, and by profile the game and who watches it", () => {
  const inProfile = (profile: string | undefined): string[] =>
    [...compose.services].filter(([, { profiles }]) => {
      return String(profiles) === String(profile && [profile]);
    }).map(([name]) => name).toSorted();
  const brokers = ["kafka", "mariadb", "nats", "postgres", "rabbitmq", "redis"];
  assertEquals(inProfile(undefined), brokers);
  assertEquals(inProfile("game"), [...SERVICES].toSorted());
  assertEquals(inProfile("monitoring"), MONITORING);
  assertEquals(compose.services.size, brokers.length + SERVICES.length + MONITORING.length);
});

Deno.test("compose.yaml pins every image to an exact version", () => {
  for (const [name, service] of compose.services) {
    // PostgreSQL's versions have two numbers.
    const version = name === "postgres"
      ? /:\d+\.\d+(?:-[a-z]+)?$/
      : /:v?\d+\.\d+\.\d+(?:-[a-z-]+)?$/;
    assertMatch(textAt(service, "image"), version, name);
  }
});

Deno.test("compose.yaml checks every service, or has Prometheus watch it", async () => {
  const prometheus = await readYamlFile("deploy/monitoring/prometheus.yaml");
  const watched = objectsAt(prometheus, "scrape_configs").map((job) => job.job_name);
  for (const [name, service] of compose.services) {
    if (WITHOUT_CHECK.includes(name)) {
      assertEquals("healthcheck" in service, false, name);
      assert(watched.includes(name), name);
      continue;
    }
    const check = objectAt(service, "healthcheck");
    assertMatch(String(listAt(check, "test")[0]), /^CMD(?:-SHELL)?$/, name);
    for (const field of ["interval", "timeout", "start_period"]) {
      assertMatch(textAt(check, field), /^\d+s$/, `${name}: ${field}`);
    }
  }
});

Deno.test("compose.yaml bounds and restarts every service, with no more rights than it needs", () => {
  for (const [name, service] of compose.services) {
    assertMatch(textAt(service, "mem_limit"), /^\d+[mg]$/, name);
    assertEquals(service.restart, "unless-stopped", name);
    assertEquals(service.cap_drop, ["ALL"], name);
    assertEquals(service.security_opt, ["no-new-privileges:true"], name);
    assertEquals("privileged" in service || "cap_add" in service, false, name);
  }
});

Deno.test("compose.yaml keeps data in named volumes, and mounts only files that are there", async () => {
  const named = Object.keys(objectAt(compose.data, "volumes"));
  const used: string[] = [];
  for (const [name, service] of compose.services) {
    const sources = volumesOf(service);
    const own = sources.filter(({ source }) => !/^[./]/.test(source));
    assertEquals(own.length, WITHOUT_DATA.includes(name) ? 0 : 1, name);
    used.push(...own.map(({ source }) => source));
    const given = sources.filter((volume) => !own.includes(volume));
    for (const { source, mode } of given) {
      assertEquals(mode, "ro", source);
      if (source === LOG_FILES) {
        assertEquals(name, "collector");
        continue;
      }
      assert(source.startsWith("./"), source);
      const { isFile, isDirectory } = await Deno.stat(new URL(source, ROOT));
      assert(isFile || isDirectory, source);
    }
  }
  assertEquals(used.toSorted(), named.toSorted());
});

Deno.test("compose.yaml listens on loopback alone, and players' ports where it is told to", () => {
  for (const [name, service] of compose.services) {
    assertEquals("network_mode" in service, false, name);
    for (const port of "ports" in service ? listAt(service, "ports") : []) {
      const [host, rest] = isGame(name)
        ? [/^\$\{PUBLISH_HOST:-127\.0\.0\.1\}:/, /:(\$\{[A-Z_]+_PORT:-(\d+)\}):(?:\2|\1\/udp)$/]
        : [/^127\.0\.0\.1:/, /\$\{[A-Z_]+_PORT:-(\d+)\}:\1$/];
      assertMatch(String(port), host, name);
      assertMatch(String(port), rest, name);
    }
  }
});

Deno.test("compose.yaml has no password, and insists on every one", () => {
  for (const [name, service] of compose.services) {
    for (const [variable, value] of Object.entries(tryJsonObject(service.environment) ?? {})) {
      if (!/PASS(?:WORD)?$|AUTH$/.test(variable)) continue;
      assertMatch(String(value), /^(["']?)\$\{\w+:\?must be set in [^}]*\}\1$/, name);
    }
  }
  for (const { name, operator } of findVariables(compose.text)) {
    assertEquals(operator, name.endsWith("_PASSWORD") ? "?" : "-", name);
  }
});

Deno.test("compose.yaml lets auth compute no more hashes at once than half its memory holds", () => {
  const auth = compose.services.get("auth") ?? {};
  const inFlight = Number(objectAt(auth, "environment").AUTH_HASHES_IN_FLIGHT_MAX);
  assert(inFlight >= 1);
  const [, limitMib] = /^(\d+)m$/.exec(textAt(auth, "mem_limit")) ?? [];
  assert(inFlight * HASH_MIB <= Number(limitMib) / 2, `${inFlight} hashes in ${limitMib} MiB`);
});

Deno.test("compose.yaml starts Redis with a log, snapshots, a bound and a password", () => {
  const command = listAt(compose.services.get("redis") ?? {}, "command").map(String);
  for (
    const [flag, value] of [
      ["--appendonly", /^yes$/],
      ["--save", /^\d+ \d+(?: \d+ \d+)*$/],
      ["--maxmemory", /^\d+mb$/],
      ["--requirepass", /^\$\{REDIS_PASSWORD:\?/],
    ] as const
  ) {
    assertMatch(command[command.indexOf(flag) + 1] ?? "", value, flag);
  }
});

Deno.test(".env.example has the variables of compose.yaml and of the services, and no other", () => {
  const ofCompose = new Set(findVariables(compose.text).map(({ name }) => name));
  const ofServices = new Set<string>();
  const seen = parsePortsConfig({
    get: (name) => {
      ofServices.add(name);
      return undefined;
    },
  });
  assertEquals(seen.redis, undefined);
  for (const name of ofCompose) assert(exampleLines.has(name), `${name} is not in .env.example`);
  // The embedded log is not there beside the Kafka that the file names.
  for (const name of [...ofServices].filter((one) => one.startsWith("EVENT_LOG_"))) {
    assert(!exampleLines.has(name), `${name} changes nothing`);
  }
  // DB_PORT and the like are read only where DB_HOST is set.
  for (const name of exampleLines.keys()) {
    const isKnown = ofCompose.has(name) || ofServices.has(name) || name.startsWith("DB_");
    assert(isKnown, `${name} is read by nobody`);
  }
});

Deno.test(".env.example explains every variable, and has no password", () => {
  for (const block of example.split("\n\n")) {
    const isExplained = block.startsWith("#") && parseEnvLines(block).size > 0;
    assert(isExplained || parseEnvLines(block).size === 0, block);
  }
  for (const [name, value] of exampleLines) {
    if (!name.endsWith("_PASSWORD")) continue;
    assertMatch(value, /^$|^\$\{\w+\}$/, name);
  }
});

Deno.test(".env.example has a command that makes a .env with which everything is set, once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals(await makeEnvFile(folder), 0);
    const text = await Deno.readTextFile(`${folder}/.env`);
    assertEquals(((await Deno.stat(`${folder}/.env`)).mode ?? 0) & 0o777, 0o600);
    const lines = parseEnvLines(text);
    assertEquals([...lines.keys()], [...exampleLines.keys()]);
    const passwords = [...lines.values()].filter((value) => /^[0-9a-f]{32}$/.test(value));
    assertEquals(new Set(passwords).size, 7);
    const config = parsePortsConfig(parseBrokersEnv(text, new Map()));
    assertEquals(config.redis?.password, lines.get("REDIS_PASSWORD"));
    assertEquals(config.rabbitmq?.password, lines.get("RABBITMQ_PASSWORD"));
    assertEquals(config.mysql?.password, lines.get("MARIADB_PASSWORD"));
    assertEquals(config.kafka?.brokers, ["127.0.0.1:9092"]);
    assert(await makeEnvFile(folder) !== 0);
    assertEquals(await Deno.readTextFile(`${folder}/.env`), text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const validator = await findValidator();

Deno.test({
  name: validator === undefined
    ? "Compose itself reads compose.yaml (skipped: docker compose is not installed)"
    : `${validator.join(" ")} reads compose.yaml, and refuses it without a password`,
  ignore: validator === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.copyFile(new URL("compose.yaml", ROOT), `${folder}/compose.yaml`);
      const refused = await runConfig(folder);
      assertEquals(refused.success, false);
      assertStringIncludes(refused.error, "must be set in .env, as .env.example shows");
      await makeEnvFile(folder);
      const read = await runConfig(folder);
      assert(read.success, read.error);
      for (const text of ["127.0.0.1:9092", "SERVICE: status-worker", "grafana/grafana:"]) {
        assertStringIncludes(read.output, text);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function findValidator(): Promise<readonly string[] | undefined> {
  for (const command of [["docker", "compose"], ["docker-compose"]]) {
    const [program = "", ...args] = command;
    try {
      const version = new Deno.Command(program, {
        args: [...args, "version"],
        stdout: "null",
        stderr: "null",
      });
      if ((await version.output()).success) return command;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

async function runConfig(
  folder: string,
): Promise<{ success: boolean; output: string; error: string }> {
  const [program = "", ...args] = validator ?? [];
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, "--profile", "game", "--profile", "monitoring", "config"],
    cwd: folder,
  }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout), error: decoder.decode(stderr) };
}

function isGame(name: string): boolean {
  return SERVICES.some((service) => service === name);
}

function volumesOf(service: JsonObject): { source: string; mode: string | undefined }[] {
  if (!("volumes" in service)) return [];
  return listAt(service, "volumes").map((volume) => {
    const [source = "", , mode] = String(volume).split(":");
    return { source, mode };
  });
}
