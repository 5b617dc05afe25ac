import {
  eagerClosure,
  isEager,
  isTestPath,
  type Module,
  type ModuleImport,
  type SourceTree,
} from "./module_graph.ts";
import { matchesAny, type PathPattern } from "./path_pattern.ts";

/** The package that every test may import. */
const TEST_PACKAGE = "@std/assert";

/** The files that may import packages; their tests may too. */
const VENDOR_FILES: readonly PathPattern[] = [
  "core/adapters/**",
  "core/std/**",
  "core/log.ts",
  "core/metrics.ts",
  // Names of spans: @opentelemetry/api.
  "core/tracing.ts",
  // Tokens: jose.
  "core/auth/jwt.ts",
  // Where addresses are: maxmind. How good players are: glicko2-lite.
  "game/matchmaking/{geo_ip,glicko}.ts",
  // SipHash: the package against which its test holds our own.
  "core/net/datagram_tag.ts",
  // The baseline that events into Kafka are measured against.
  "tests/bench/raw_kafka.ts",
  // JSON Schema, by which the gateway's description is held against its replies: ajv.
  "tests/clients/openapi_check.ts",
  // A browser in which the page is played: playwright-core.
  "tests/e2e/web_browser.ts",
  // What keeps people from using a page: axe-core.
  "tests/e2e/web_axe.ts",
  // Latencies are kept as HdrHistograms: hdr-histogram-js.
  "tests/load/value_histogram.ts",
  // compose.yaml is YAML, and so is what kubectl renders.
  "tests/deploy/{compose_file,kubernetes_render}.ts",
  // Kubernetes' own schemas: kubernetes-models.
  "tests/deploy/kubernetes_schemas.ts",
];

/** The files that may import Node's built-in modules; their tests may too. */
const NODE_FILES: readonly PathPattern[] = [
  "core/adapters/**",
  // node:sqlite is the only SQLite in Deno.
  "core/ports/*sqlite*.ts",
  // scrypt on the thread pool: WebCrypto has none.
  "auth/password_hash.ts",
  // A synchronous HMAC, three times as fast as WebCrypto's.
  "core/net/address_token.ts",
  // X25519 and HKDF, synchronous: WebCrypto gives promises only.
  "core/net/session_keys.ts",
  // setImmediate lets the event loop turn between bursts; a timer would wait a millisecond.
  "core/net/{datagram_backend,udp_inbox}.ts",
  // The syntax of .env files.
  "deploy/dev_env.ts",
  // A TCP client that resets its connection, which Deno.Conn cannot.
  "tests/clients/reset_client.ts",
  // A TCP socket with a local address of its own, which Deno.connect has not.
  "tests/deploy/nginx_client.ts",
  // The baseline that logins are measured against.
  "tests/bench/raw_scrypt.ts",
  // Synchronous hashes: a simulation waits for no thread.
  "tests/simulation/seeded_crypto.ts",
];

/** The file that chooses adapters. */
const OPENER = "core/adapters/open.ts";

/** Rule 4: packages and built-in modules of Node where they do not belong. */
export function findMisplacedVendors(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const module of tree.modules.values()) {
    for (const ref of module.imports) {
      const { target, line } = ref;
      if (target.kind === "local" || isVendorAllowed(module, ref)) continue;
      violations.push(`${module.path}:${line} imports ${target.name} (${target.kind})`);
    }
  }
  return violations;
}

function isVendorAllowed(module: Module, { kind, target }: ModuleImport): boolean {
  if (target.kind === "local") return true;
  // findComputedImports answers for these.
  if (kind === "dynamic" && target.kind === "unknown") return true;
  if (target.kind === "remote") return false;
  const subject = module.path.replace(/_(?:test|bench)\.ts$/, ".ts");
  if (target.kind === "node") return matchesAny(subject, NODE_FILES);
  if (isTestPath(module.path) && target.kind === "jsr" && target.name === TEST_PACKAGE) return true;
  return matchesAny(subject, VENDOR_FILES);
}

/** Rule 4: imports of a specifier that is computed, which no tool can follow. */
export function findComputedImports(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const { path, imports } of tree.modules.values()) {
    for (const { kind, specifier, line } of imports) {
      if (kind !== "dynamic" || specifier !== undefined) continue;
      violations.push(`${path}:${line} imports a computed specifier`);
    }
  }
  return violations;
}

/**
 * Rule 4: vendors of adapters that are evaluated without having been chosen, because something
 * imports the adapter other than through the literal dynamic imports of `open.ts`.
 */
export function findEagerAdapters(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const path of tree.modules.keys()) {
    const isOutside = !path.startsWith("core/adapters/") || path === OPENER;
    if (!isOutside || isTestPath(path)) continue;
    for (const [reached, from] of eagerClosure(tree, path)) {
      const importer = from ?? reached;
      // The module nearest to the adapter is reported, once.
      if (importer !== path || !reached.startsWith("core/adapters/") || reached === OPENER) {
        continue;
      }
      const vendor = eagerVendor(tree, reached);
      if (vendor) violations.push(`${path} imports ${reached}, and with it ${vendor}, unchosen`);
    }
  }
  return violations;
}

/** A package that comes with an adapter, if any. */
function eagerVendor(tree: SourceTree, path: string): string | undefined {
  for (const reached of eagerClosure(tree, path).keys()) {
    if (!reached.startsWith("core/adapters/")) continue;
    for (const ref of tree.modules.get(reached)?.imports ?? []) {
      if (ref.target.kind === "npm" && isEager(ref)) return ref.target.name;
    }
  }
  return undefined;
}
