import { parsePortsConfig, type PortsConfig } from "./adapters/ports_config.ts";
import { checkTogether, type Env } from "./config.ts";
import { parseProcessConfig, type ProcessConfig } from "./service_config.ts";

/** All that a service reads from its environment. */
export interface ProgramConfig<Config> {
  /** Its own. */
  readonly service: Config;
  /** Its process'. */
  readonly process: ProcessConfig;
  /** Its brokers' and databases'. */
  readonly ports: PortsConfig;
}

/** Reads everything. @throws ConfigError naming every variable of all three that cannot be read */
export function parseProgramConfig<Config>(
  env: Env,
  parseConfig: (env: Env) => Config,
): ProgramConfig<Config> {
  checkTogether([
    () => parseConfig(env),
    () => parseProcessConfig(env),
    () => parsePortsConfig(env),
  ]);
  return {
    service: parseConfig(env),
    process: parseProcessConfig(env),
    ports: parsePortsConfig(env),
  };
}
