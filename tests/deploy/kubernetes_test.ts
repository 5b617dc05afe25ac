import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseAuthConfig } from "../../auth/config.ts";
import type { Env } from "../../core/config.ts";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { parseGameConfig } from "../../game/config.ts";
import { parseGatewayConfig } from "../../game/gateway/config.ts";
import { parseMatchmakerConfig } from "../../game/matchmaking/config.ts";
import { parseStatusConfig } from "../../status-worker/config.ts";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { NATS_COMMAND } from "../brokers/nats_broker.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { listAt, objectAt, objectsAt, textAt } from "../clients/json_fields.ts";
import { ROOT } from "./compose_file.ts";
import {
  containersOf,
  type KubernetesObject,
  type OverlayName,
  OVERLAYS,
  portsOf,
  renderOverlay,
  selects,
  whyNoKustomize,
  type Workload,
  workloadsOf,
} from "./kubernetes_render.ts";

const whyNot = await whyNoKustomize();
const ignore = whyNot !== undefined;
// Not for `REQUIRE_BROKERS` to insist on: Debian 12 has no package of it.
if (ignore) Deno.test({ name: `kubectl is here (it is not: ${whyNot})`, ignore, fn: () => {} });
const NAMES = Object.keys(OVERLAYS) as OverlayName[];
const rendered = new Map<OverlayName, KubernetesObject[]>();
if (!ignore) { for (const name of NAMES) rendered.set(name, await renderOverlay(OVERLAYS[name])); }

/** What each service reads, and its ports where nothing is set. */
const SERVICES: Readonly<Record<string, { parse(env: Env): object; ports: object }>> = {
  auth: { parse: parseAuthConfig, ports: { tcp: 8888, ops: 8000 } },
  game: { parse: parseGameConfig, ports: { udp: 9999, tcp: 8889, ops: 8001 } },
  gateway: { parse: parseGatewayConfig, ports: { http: 8080, ops: 8002 } },
  matchmaker: { parse: parseMatchmakerConfig, ports: { http: 8081, ops: 8003 } },
  "status-worker": { parse: parseStatusConfig, ports: { http: 8090, ops: 8004 } },
};
/** Addresses that Kubernetes fills in, and those by which others are written. */
const HELPERS = /_ADDRESS$|^PROXY_ADDRESSES$|^WEBSOCKET_URL$|_PASSWORD$|^LOG_LEVEL$/;
const FROM_ELSEWHERE =
  /^(?:KAFKA|EVENT_LOG|REDIS|NATS|RABBITMQ|DATABASE|DB)_|^GAME_(?:REGION|CITY)$/;

/** Between them they name every password. */
const MANIFESTS_WITH_SECRETS = ["auth", "matchmaker", "redis", "status_worker"]
  .map((name) => `base/central/${name}.yaml`);

function kubernetesTest(
  name: string,
  check: (objects: readonly KubernetesObject[], overlay: OverlayName) => void,
): void {
  Deno.test({
    name,
    ignore,
    fn: () => rendered.forEach((objects, overlay) => check(objects, overlay)),
  });
}

function find(objects: readonly KubernetesObject[], kind: string): KubernetesObject[] {
  return objects.filter((object) => object.kind === kind);
}

function running(objects: readonly KubernetesObject[]): Workload[] {
  return workloadsOf(objects).filter(({ kind }) => kind !== "CronJob");
}

Deno.test({
  name: "Kubernetes' overlays hold what each is for",
  ignore,
  fn: () => {
    const all = [
      "auth",
      "game",
      "gateway",
      "matchmaker",
      "nats",
      "nginx",
      "redis",
      "status-worker",
    ];
    const expected: Record<OverlayName, string[]> = {
      dev: [...all, "rabbitmq"],
      production: [...all, "postgres-backup", "redis-backup"],
      central: all.filter((name) => name !== "game"),
      region: ["game", "gateway", "nats", "nginx"],
      agones: ["game", "gateway", "nats", "nginx"],
    };
    for (const [overlay, objects] of rendered) {
      const names = workloadsOf(objects).map(({ name }) => name);
      assertEquals(names.toSorted(), expected[overlay].toSorted(), overlay);
    }
    const scaled = find(rendered.get("production") ?? [], "HorizontalPodAutoscaler");
    assertEquals(scaled.map(({ name }) => name).toSorted(), ["auth", "game", "gateway"]);
    assertEquals(find(rendered.get("dev") ?? [], "HorizontalPodAutoscaler"), []);
    assertEquals(find(rendered.get("agones") ?? [], "StatefulSet"), []);
    assertEquals(find(rendered.get("agones") ?? [], "FleetAutoscaler").length, 1);
  },
});

kubernetesTest(
  "Kubernetes' pods run as nobody, on a root that cannot be written, bounded",
  (objects) => {
    for (const workload of workloadsOf(objects)) {
      const { name, pod } = workload;
      const context = objectAt(pod, "securityContext");
      assertEquals(context.runAsNonRoot, true, name);
      assert(Number(context.runAsUser) > 0, name);
      assertEquals(context.seccompProfile, { type: "RuntimeDefault" }, name);
      // Agones' sidecar, of all of them, asks the cluster.
      if (workload.kind !== "Fleet") assertEquals(pod.automountServiceAccountToken, false, name);
      assertEquals("hostNetwork" in pod, false, name);
      for (const container of containersOf(workload)) {
        const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = objectAt(
          container,
          "securityContext",
        );
        assertEquals([allowPrivilegeEscalation, readOnlyRootFilesystem], [false, true], name);
        assertEquals(capabilities, { drop: ["ALL"] }, name);
        assertMatch(textAt(container, "image"), /:\d+\.\d+(?:\.\d+)?(?:-[a-z]+)?$/, name);
        const { requests, limits } = objectAt(container, "resources");
        assert(tryJsonObject(requests)?.cpu && tryJsonObject(requests)?.memory, name);
        assert(tryJsonObject(limits)?.memory, name);
      }
    }
  },
);

kubernetesTest(
  "Kubernetes' pods are probed, end in time, and are not all taken at once",
  (objects) => {
    const budgets = find(objects, "PodDisruptionBudget");
    for (const workload of running(objects)) {
      const { name, labels, pod } = workload;
      if (name !== "rabbitmq" && workload.kind !== "Fleet") {
        const count = budgets.filter(({ fields }) =>
          selects(objectAt(objectAt(fields, "spec"), "selector"), labels)
        ).length;
        assertEquals(count, 1, `budgets of ${name}`);
      }
      for (const container of containersOf(workload)) {
        for (const kind of ["livenessProbe", "readinessProbe"]) objectAt(container, kind);
        if (SERVICES[name] === undefined) continue;
        const pathOf = (probe: string): unknown => objectAt(objectAt(container, probe), "httpGet");
        assertEquals(pathOf("livenessProbe"), { path: "/livez", port: "ops" }, name);
        assertEquals(pathOf("startupProbe"), { path: "/livez", port: "ops" }, name);
        assertEquals(pathOf("readinessProbe"), { path: "/readyz", port: "ops" }, name);
        assert("topologySpreadConstraints" in pod || workload.kind === "Fleet", name);
        const pause = objectAt(objectAt(objectAt(container, "lifecycle"), "preStop"), "sleep");
        const drainMs = Number(envOf(container).get("DRAIN_MS"));
        const needed = Number(pause.seconds) + drainMs / 1_000;
        assert(Number(pod.terminationGracePeriodSeconds) > needed, name);
      }
    }
  },
);

kubernetesTest(
  "Kubernetes' services have the ports that the services listen on by themselves",
  (objects) => {
    for (const workload of running(objects)) {
      const service = SERVICES[workload.name];
      if (service === undefined) continue;
      assertEquals(Object.fromEntries(portsOf(workload)), { ...service.ports }, workload.name);
      const defaults: unknown[] = Object.values(service.parse(new Map()));
      for (const port of portsOf(workload).values()) assert(defaults.includes(port), `${port}`);
    }
  },
);

kubernetesTest(
  "Kubernetes' pods set only variables that their services read, to what they take",
  (objects) => {
    const config = find(objects, "ConfigMap").find(({ name }) => name.startsWith("tanks-config"));
    assert(config !== undefined);
    for (const workload of running(objects)) {
      const service = SERVICES[workload.name];
      const [container] = containersOf(workload);
      if (service === undefined || container === undefined) continue;
      const env = new Map([
        ...Object.entries(objectAt(config.fields, "data")),
        ...envOf(container),
      ]);
      const read = new Set<string>();
      service.parse({
        get: (name) => env.get(name)?.toString(),
        declare: ({ name }) => void read.add(name),
      });
      for (const name of envOf(container).keys()) {
        const isKnown = read.has(name) || HELPERS.test(name) || FROM_ELSEWHERE.test(name);
        assert(isKnown, `${workload.name} does not read ${name}`);
      }
    }
  },
);

kubernetesTest("Kubernetes' references lead somewhere", (objects, overlay) => {
  const workloads = workloadsOf(objects);
  const config = find(objects, "ConfigMap");
  const configNames = config.map(({ name }) => name);
  for (const workload of workloads) {
    const text = JSON.stringify(workload.pod);
    for (const [, name] of text.matchAll(/"configMap(?:Ref|KeyRef)?":\{[^}]*?"name":"([^"]+)"/g)) {
      assert(configNames.includes(String(name)), `${workload.name}: ConfigMap ${name}`);
    }
    for (const [, name] of text.matchAll(/"secretKeyRef":\{[^}]*?"name":"([^"]+)"/g)) {
      assertEquals(name, "tanks-secrets", workload.name);
    }
    for (const container of containersOf(workload)) {
      const volumes = listAtOrNone(workload.pod, "volumes").map(({ name }) => name);
      const claims = listAtOrNone(objectAt(workload.fields, "spec"), "volumeClaimTemplates")
        .map((claim) => objectAt(claim, "metadata").name);
      for (const mount of listAtOrNone(container, "volumeMounts")) {
        assert(
          [...volumes, ...claims].includes(mount.name ?? ""),
          `${workload.name} ${mount.name}`,
        );
      }
    }
  }
  for (const service of find(objects, "Service")) {
    const spec = objectAt(service.fields, "spec");
    if (spec.type === "ExternalName" || (overlay === "central" && service.name === "game")) {
      continue;
    }
    const behind = workloads.filter(({ labels }) => selects(objectAt(spec, "selector"), labels));
    assertEquals(behind.length, 1, `pods of ${service.name}`);
    for (const port of objectsAt(spec, "ports")) {
      const names = behind.flatMap((workload) => [...portsOf(workload).keys()]);
      assert(names.includes(String(port.targetPort)), `${service.name}: ${port.targetPort}`);
    }
  }
  for (const { name, fields } of find(objects, "HorizontalPodAutoscaler")) {
    const target = objectAt(objectAt(fields, "spec"), "scaleTargetRef");
    assert(workloads.some((one) => one.kind === target.kind && one.name === target.name), name);
  }
});

kubernetesTest(
  "Kubernetes' network lets nginx to the services, and nobody else but players to games",
  (objects) => {
    const policies = find(objects, "NetworkPolicy").map(({ fields }) => objectAt(fields, "spec"));
    for (const { name, labels } of workloadsOf(objects)) {
      const own = policies.filter((spec) => selects(objectAt(spec, "podSelector"), labels));
      const denied = own.some((spec) =>
        !("ingress" in spec) && !("egress" in spec) && listAt(spec, "policyTypes").length === 2
      );
      assert(denied, `${name} is open`);
      const open = own.flatMap((spec) => listAtOrNone(spec, "ingress"))
        .filter((rule) => !("from" in rule))
        .flatMap((rule) => objectsAt(rule, "ports").map(({ port }) => String(port)));
      const expected: Record<string, string[]> = {
        game: ["9999"],
        nginx: ["auth", "game-tcp", "http", "https"],
      };
      assertEquals(open.toSorted(), expected[name] ?? [], name);
    }
  },
);

kubernetesTest(
  "Kubernetes' objects are all in the namespace, and have their part's label",
  (objects, overlay) => {
    assertEquals(find(objects, "Secret"), [], overlay);
    const seen = new Set<string>();
    for (const { kind, name, fields } of objects) {
      const metadata = objectAt(fields, "metadata");
      assert(!seen.has(`${kind} ${name}`), `${kind} ${name} twice`);
      seen.add(`${kind} ${name}`);
      if (kind === "Namespace") assertEquals(name, "tanks-blitz");
      else assertEquals(metadata.namespace, "tanks-blitz", `${kind} ${name}`);
    }
  },
);

Deno.test({
  name: "Kubernetes' nginx has a port for each that its configuration listens on",
  ignore,
  fn: async () => {
    const nginx = workloadsOf(rendered.get("production") ?? []).find(({ name }) =>
      name === "nginx"
    );
    assert(nginx !== undefined);
    const text = await Deno.readTextFile(new URL("deploy/nginx/nginx.conf", ROOT));
    const listened = [...text.matchAll(/^ {4}listen (\d+)(?! udp)\b/gm)].map(([, port]) =>
      Number(port)
    );
    assertEquals(
      [...portsOf(nginx).values()].toSorted(),
      listened.filter((port) => port !== 9999).toSorted(),
    );
  },
});

Deno.test("Kubernetes' README makes every password of the Secret, of letters and digits", async () => {
  const folder = new URL("deploy/kubernetes/", ROOT);
  const text = await Deno.readTextFile(new URL("README.md", folder));
  const recipe = /^password\(\) .*$/m.exec(text)?.[0];
  assert(recipe !== undefined);
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `${recipe}; password`] }).output();
  assertMatch(new TextDecoder().decode(stdout), /^[0-9a-f]{32}$/);
  const made = [...text.matchAll(/--from-literal=(\w+)="\$\(password\)"/g)].map(([, key]) => key);
  const used = new Set<string | undefined>();
  for (const path of MANIFESTS_WITH_SECRETS) {
    const manifest = await Deno.readTextFile(new URL(path, folder));
    for (const [, key] of manifest.matchAll(/name: tanks-secrets, key: (\w+_PASSWORD)/g)) {
      used.add(key);
    }
  }
  assertEquals(made.toSorted(), [...used].toSorted());
});

const whyNoNats = await whyNoProgram(NATS_COMMAND);
Deno.test({
  name: "Kubernetes' NATS takes each overlay's configuration, a region's as a leaf",
  ignore: !hasBroker("nats-server for Kubernetes", whyNoNats),
  fn: async () => {
    for (const overlay of ["dev", "production", "central", "region"]) {
      const path = new URL(`deploy/kubernetes/overlays/${overlay}/nats.conf`, ROOT).pathname;
      const { success, stdout, stderr } = await new Deno.Command(NATS_COMMAND, {
        args: ["-t", "-c", path],
        env: {
          NATS_PASSWORD: '"1234"',
          NATS_SERVER_NAME: "leaf",
          NATS_LEAF_URL: '"nats-leaf://tanks:1234@127.0.0.1:7422"',
        },
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert(success, `${overlay}: ${said}`);
    }
  },
});

function envOf(container: JsonObject): Map<string, string> {
  return new Map(
    listAtOrNone(container, "env").map((variable) => [
      textAt(variable, "name"),
      typeof variable.value === "string" ? variable.value : "",
    ]),
  );
}

function listAtOrNone(object: JsonObject, field: string): JsonObject[] {
  return field in object ? objectsAt(object, field) : [];
}
