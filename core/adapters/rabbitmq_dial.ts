import { connect, type SocketOptions } from "amqplib";
import type { AmqpConnection } from "./rabbitmq_amqp.ts";
import type { RabbitConfig } from "./rabbitmq_config.ts";
import { readTlsOptions } from "./tls_options.ts";

/**
 * Connects once.
 *
 * @param name what the broker's own pages show of the connection
 * @throws Error when the broker cannot be reached or refuses, or when a certificate cannot be read
 */
export async function dialRabbit(config: RabbitConfig, name: string): Promise<AmqpConnection> {
  const { host, port, username, password, vhost, tls, heartbeatS, connectTimeoutMs } = config;
  const protocol = tls === undefined ? "amqp" : "amqps";
  const socketOptions: SocketOptions = {
    timeout: connectTimeoutMs,
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: name },
    ...(tls === undefined ? {} : readTlsOptions(tls)),
    ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
  };
  return await connect(
    { protocol, hostname: host, port, username, password, vhost, heartbeat: heartbeatS },
    socketOptions,
  );
}
