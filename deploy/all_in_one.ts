import { parseAuthConfig } from "../auth/config.ts";
import { AUTH_PORTS, startAuth } from "../auth/service.ts";
import { openPorts } from "../core/adapters/open.ts";
import { parsePortsConfig } from "../core/adapters/ports_config.ts";
import { ConfigError, type Env } from "../core/config.ts";
import { logAddresses, openContext, type Running, runUntilSignal } from "../core/lifecycle.ts";
import type { Ports, RunningService, ServiceContext } from "../core/service.ts";
import { parseProcessConfig } from "../core/service_config.ts";
import { parseGameConfig } from "../game/config.ts";
import { parseGatewayConfig } from "../game/gateway/config.ts";
import { GATEWAY_PORTS, startGateway } from "../game/gateway/service.ts";
import { parseMatchmakerConfig } from "../game/matchmaking/config.ts";
import { MATCHMAKER_PORTS, startMatchmaker } from "../game/matchmaking/service.ts";
import { GAME_PORTS, startGame } from "../game/service.ts";
import { parseStatusConfig } from "../status-worker/config.ts";
import { startStatus, STATUS_PORTS } from "../status-worker/service.ts";
import { openDevEnv } from "./dev_env.ts";
import { startUpText } from "./start_up_text.ts";

/** What differs on a developer's machine; a variable that is set still wins. */
const DEVELOPMENT_DEFAULTS: ReadonlyMap<string, string> = new Map([
  // Accounts with known passwords, and guests, are nobody else's business.
  ["LISTEN_HOST", "127.0.0.1"],
  ["AUTH_SEED_ACCOUNTS", "true"],
  ["GAME_ALLOW_GUESTS", "true"],
  // Whoever tries it is new to it.
  ["GAME_BOT_SKILL", "easy"],
]);

const OPS_TOKEN = "GATEWAY_OPS_TOKEN";
const OPS_TOKEN_BYTES = 24;

const PORTS = [
  ...AUTH_PORTS,
  ...GAME_PORTS,
  ...MATCHMAKER_PORTS,
  ...GATEWAY_PORTS,
  ...STATUS_PORTS,
] as const;

/** What a service of all of them is given. */
type Deps = ServiceContext & Pick<Ports, typeof PORTS[number]>;

/** A service whose settings have been read. */
interface Prepared {
  readonly name: string;
  readonly drainMs: number;
  start(deps: Deps): Promise<RunningService>;
}

await runUntilSignal(async (processEnv) => {
  const env = await openDevEnv(Deno.args, processEnv);
  const defaults = new Map([...DEVELOPMENT_DEFAULTS, [OPS_TOKEN, newOpsToken()]]);
  return await startAll({ get: (name) => env.get(name) || defaults.get(name) });
});

/** Starts every service in this process, on one set of ports. */
async function startAll(env: Env): Promise<Running> {
  const processConfig = parseProcessConfig(env);
  const portsConfig = parsePortsConfig(env);
  const prepared = prepareAll([
    () => prepare("auth", parseAuthConfig(env), startAuth),
    // Before the game server, whose first broadcast it is to hear.
    () => prepare("matchmaker", parseMatchmakerConfig(env), startMatchmaker),
    () => prepare("game", parseGameConfig(env), startGame),
    () => prepare("gateway", parseGatewayConfig(env), startGateway),
    () => prepare("status-worker", parseStatusConfig(env), startStatus),
  ]);
  const shared = openContext("all", processConfig);
  const { dataDir } = processConfig;
  await using opened = new AsyncDisposableStack();
  const ports = await openPorts(
    PORTS,
    { dataDir, alone: false, clientId: "all", config: portsConfig },
    shared,
  );
  opened.defer(() => ports.closePorts());
  const running: Record<string, RunningService> = {};
  // At once: each may take the whole drain time.
  opened.defer(async () => {
    await Promise.all(Object.values(running).map((service) => service.close()));
  });
  for (const { name, start } of prepared) {
    const context = openContext(name, processConfig, shared);
    const service = await start({ ...context, ...ports });
    running[name] = service;
    logAddresses(context.log, service);
  }
  const reloads = Object.values(running).flatMap((service) => service.reload?.bind(service) ?? []);
  announce(running, env.get(OPS_TOKEN));
  const closing = opened.move();
  return {
    ...shared,
    drainMs: Math.max(...prepared.map(({ drainMs }) => drainMs)),
    ...(reloads.length > 0 && {
      reload: async () => void await Promise.all(reloads.map((reload) => reload())),
    }),
    close: () => closing.disposeAsync(),
  };
}

/** Another at each start: whoever has not read the terminal does not know it. */
function newOpsToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(OPS_TOKEN_BYTES));
  return bytes.toBase64({ alphabet: "base64url" });
}

function prepare<Config extends { readonly drainMs: number }>(
  name: string,
  config: Config,
  start: (config: Config, deps: Deps) => Promise<RunningService>,
): Prepared {
  return { name, drainMs: config.drainMs, start: (deps) => start(config, deps) };
}

/** Reads the settings of all services before any starts. @throws ConfigError with every bad one */
function prepareAll(preparations: readonly (() => Prepared)[]): readonly Prepared[] {
  // Some variables are read by each service: they are reported once.
  const problems = new Set<string>();
  const prepared = preparations.flatMap((prepareOne) => {
    try {
      return [prepareOne()];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.message.split("\n")) problems.add(problem);
      return [];
    }
  });
  if (problems.size > 0) throw new ConfigError([...problems].join("\n"));
  return prepared;
}

// Elsewhere than on a terminal standard output carries JSON lines and nothing else.
function announce(
  services: Readonly<Record<string, RunningService>>,
  opsToken: string | undefined,
): void {
  const colour = Deno.stdout.isTerminal();
  const output = colour ? Deno.stdout : Deno.stderr;
  output.writeSync(new TextEncoder().encode(startUpText(services, { colour, opsToken })));
}
