import { ConfigReader, type Env } from "../config.ts";
import { type KafkaConfig, readKafkaConfig } from "./kafka_config.ts";

/** Which real brokers and databases stand behind the ports; undefined: the embedded one does. */
export interface PortsConfig {
  /** Behind `EventLog`, by `KAFKA_BOOTSTRAP_SERVERS`. */
  readonly kafka: KafkaConfig | undefined;
}

/** Everything embedded, whatever the environment says. */
export const EMBEDDED_PORTS: PortsConfig = { kafka: undefined };

/**
 * Reads where the brokers and databases are. `USE_MOCKS=true` forces every embedded one.
 *
 * @throws ConfigError naming every bad variable
 */
export function parsePortsConfig(env: Env): PortsConfig {
  const reader = new ConfigReader(env);
  const useMocks = reader.boolean("USE_MOCKS", false);
  return reader.finish(useMocks ? EMBEDDED_PORTS : { kafka: readKafkaConfig(reader) });
}
