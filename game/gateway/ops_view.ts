import type { JsonObject } from "../../core/json.ts";
import type { Clock } from "../../core/clock.ts";
import type { Health } from "../../core/health.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { DESCRIBE_ACTION, describeService } from "../../core/ops_description.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import { type Rpc, RpcError } from "../../core/ports/rpc.ts";
import { AUTH_RPC_SERVICE } from "../../core/protocol/auth_messages.ts";
import { MATCHMAKING_RPC_SERVICE } from "../../core/protocol/matchmaking_messages.ts";
import { type OrderReply, orderServer } from "./ops_order.ts";
import { serverRow, sumRegions } from "./ops_overview.ts";
import { OpsReading } from "./ops_reading.ts";
import type { OpsServers } from "./ops_servers.ts";

/** What looking works with. */
export interface OpsViewOptions {
  /** This gateway. */
  readonly serverId: string;
  /** The game servers that are there. */
  readonly servers: OpsServers;
  /** Asks auth and matchmakers. */
  readonly rpc: Rpc;
  /** Asks game servers. */
  readonly pubSub: PubSub;
  /** This gateway's own. */
  readonly metrics: Metrics;
  /** This gateway's own. */
  readonly health: Health;
  /** Says how old an answer is. */
  readonly clock: Clock;
  /** Told of servers that do not answer. */
  readonly log: Log;
}

const SERVICES = { auth: AUTH_RPC_SERVICE, matchmaker: MATCHMAKING_RPC_SERVICE } as const;
const SERVICE_DEADLINE_MS = 2_000;
/** Services are asked again after this long, as long as somebody looks; in milliseconds. */
const SERVICES_FRESH_MS = 1_000;
const SERVICES_STALE_MS = 5_000;
/** Servers are asked how they are after this long, likewise: what ails one does not change by the second. */
const SERVERS_FRESH_MS = 3_000;
const SERVERS_STALE_MS = 15_000;
/** Servers that are asked how they are for the overview; of more than that one has to look at each. */
const SERVERS_ASKED_MAX = 64;
/** What operators are told of a gateway's metrics. */
const DESCRIBED = {
  figures: [
    "gateway_websockets_count",
    "gateway_rate_limited_total",
    "gateway_states_skipped_total",
  ],
  drops: [
    "gateway_rpc_failures_total",
    "gateway_websockets_ended_total",
    "gateway_ops_refusals_total",
  ],
} as const;

/** What operators see. Asks nobody while nobody looks, and keeps nothing but the last answers. */
export class OpsView {
  readonly #options: OpsViewOptions;
  readonly #services: OpsReading<JsonObject[]>;
  readonly #ailing: OpsReading<ReadonlyMap<string, JsonObject>>;
  /** Since when a service has not answered, in milliseconds since the epoch. */
  readonly #silentSinceMs = new Map<string, number>();

  /** Asks nobody yet. */
  constructor(options: OpsViewOptions) {
    const { clock } = options;
    this.#options = options;
    this.#services = new OpsReading({
      read: () => this.#askServices(),
      clock,
      freshMs: SERVICES_FRESH_MS,
      staleMs: SERVICES_STALE_MS,
    });
    this.#ailing = new OpsReading({
      read: () => this.#askServers(),
      clock,
      freshMs: SERVERS_FRESH_MS,
      staleMs: SERVERS_STALE_MS,
    });
  }

  /** Everything at a glance. Never rejects. */
  async overview(): Promise<JsonObject> {
    const { servers, clock, serverId } = this.#options;
    const [services, ailing] = await Promise.all([this.#services.latest(), this.#ailing.latest()]);
    const heard = servers.list();
    return {
      now_ms: clock.nowMs(),
      gateway_id: serverId,
      listening_ms: Math.round(servers.listeningMs),
      services,
      regions: sumRegions(heard),
      servers: heard.map((server) => {
        const row = serverRow(server);
        return { ...row, ...ailing.get(row.server_id) };
      }),
    };
  }

  /** One server with its matches, as it says itself. Never rejects. */
  server(serverId: string, filter: string | undefined): Promise<OrderReply> {
    const asked = filter === undefined || filter === "" ? {} : { filter };
    return orderServer(serverId, { command: "describe_server", ...asked }, this.#options);
  }

  /** Resolves when nobody is being asked. */
  async settled(): Promise<void> {
    await Promise.all([this.#services.settled(), this.#ailing.settled()]);
  }

  async #askServices(): Promise<JsonObject[]> {
    const { serverId, metrics, health } = this.#options;
    const own = await describeService({ ...DESCRIBED, serverId, metrics, health });
    const others = Object.entries(SERVICES).map(([service, name]) => this.#ask(service, name));
    return [{ service: "gateway", reachable: true, about: own }, ...await Promise.all(others)];
  }

  async #ask(service: string, name: string): Promise<JsonObject> {
    const { rpc, clock } = this.#options;
    try {
      const request = { action: DESCRIBE_ACTION };
      const about = await rpc.call(name, request, { deadlineMs: SERVICE_DEADLINE_MS });
      this.#silentSinceMs.delete(service);
      return { service, reachable: true, about };
    } catch (error) {
      const sinceMs = this.#silentSinceMs.get(service) ?? clock.nowMs();
      this.#silentSinceMs.set(service, sinceMs);
      const failure = error instanceof RpcError ? error.failure : "failed";
      return { service, reachable: false, failure, since_ms: sinceMs };
    }
  }

  async #askServers(): Promise<ReadonlyMap<string, JsonObject>> {
    const asked = this.#options.servers.aliveIds().slice(0, SERVERS_ASKED_MAX);
    const ailing = new Map<string, JsonObject>();
    await Promise.all(asked.map(async (serverId) => {
      const command = { command: "describe_server", isBrief: true } as const;
      const reply = await orderServer(serverId, command, this.#options);
      const about = reply.ok ? reply.about : undefined;
      const { down, brokers, figures, tick_rate, version } = about ?? {};
      const isHeard = about !== undefined;
      ailing.set(serverId, { answers: isHeard, down, brokers, figures, tick_rate, version });
    }));
    return ailing;
  }
}
