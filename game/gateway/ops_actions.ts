import type { JsonObject } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { Counter, Metrics } from "../../core/metrics.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import { type Rpc, RpcError } from "../../core/ports/rpc.ts";
import { AUTH_RPC_SERVICE, tryParseAuthReply } from "../../core/protocol/auth_messages.ts";
import type { ServerCommand } from "../../core/protocol/server_command.ts";
import { unreachable } from "../../core/unreachable.ts";
import { orderServer } from "./ops_order.ts";
import type { OpsServers } from "./ops_servers.ts";

/** What operators can do. */
export const OPS_ACTIONS = ["drain", "kick", "disable_account", "enable_account"] as const;

/** One of {@linkcode OPS_ACTIONS}. */
export type OpsActionName = typeof OPS_ACTIONS[number];

/** Something that an operator wants done. */
export type OpsAction =
  | { readonly name: "drain"; readonly serverId: string }
  | {
    readonly name: "kick";
    readonly serverId: string;
    readonly matchId: string;
    readonly playerId: string;
  }
  | {
    readonly name: "disable_account" | "enable_account";
    /** By id, or by name. */
    readonly account: { readonly account_id: string } | { readonly username: string };
  };

/** What became of it. */
export type OpsOutcome =
  | { readonly ok: true; readonly about: JsonObject }
  | { readonly ok: false; readonly reason: string };

/** What acting works with. */
export interface OpsActionsOptions {
  /** The game servers that are there. */
  readonly servers: Pick<OpsServers, "aliveIds">;
  /** Tells game servers. */
  readonly pubSub: PubSub;
  /** Tells auth. */
  readonly rpc: Rpc;
  /** Told of everything that is done, and by whom. */
  readonly log: Log;
  /** Where it counts. */
  readonly metrics: Metrics;
}

/** A change in auth's database. */
const AUTH_DEADLINE_MS = 5_000;

/** Does what operators want done, and writes down that they did. */
export class OpsActions {
  readonly #options: OpsActionsOptions;
  readonly #taken: Readonly<Record<OpsActionName, Counter>>;

  /** Does nothing yet. */
  constructor(options: OpsActionsOptions) {
    this.#options = options;
    this.#taken = options.metrics.counters({
      name: "gateway_operator_actions_total",
      help: "What operators did, by action",
      label: "action",
      values: OPS_ACTIONS,
    });
  }

  /** Does it. Never rejects. @param by whose address it comes from */
  async take(action: OpsAction, by: string): Promise<OpsOutcome> {
    const { name, ...about } = action;
    this.#taken[name].inc();
    const outcome = await this.#take(action);
    const how = outcome.ok ? { outcome: "done", ...outcome.about } : { outcome: outcome.reason };
    this.#options.log.info("operator_action", { action: name, by, ...about, ...how });
    return outcome;
  }

  async #take(action: OpsAction): Promise<OpsOutcome> {
    switch (action.name) {
      case "drain":
        return await this.#order(action.serverId, { command: "drain" });
      case "kick": {
        const { serverId, matchId, playerId } = action;
        return await this.#order(serverId, {
          command: "kick_player",
          whom: { matchId, playerId },
        });
      }
      case "disable_account": {
        const shut = await this.#askAuth("account_disable", action.account);
        const accountId = shut.ok ? shut.about.account_id : undefined;
        if (!shut.ok || typeof accountId !== "string") return shut;
        return { ok: true, about: { ...shut.about, kicked_from: await this.#kick(accountId) } };
      }
      case "enable_account":
        return await this.#askAuth("account_enable", action.account);
      default:
        return unreachable(action);
    }
  }

  async #order(serverId: string, command: ServerCommand): Promise<OpsOutcome> {
    const reply = await orderServer(serverId, command, this.#options);
    return reply.ok ? { ok: true, about: {} } : reply;
  }

  /** Takes an account's player out of whatever match it is in; gives the servers where it was. */
  async #kick(accountId: string): Promise<string[]> {
    const servers = this.#options.servers.aliveIds();
    const replies = await Promise.all(
      servers.map((serverId) =>
        orderServer(serverId, { command: "kick_player", whom: { accountId } }, this.#options)
      ),
    );
    return servers.filter((_, index) => replies[index]?.ok);
  }

  async #askAuth(
    action: "account_disable" | "account_enable",
    account: JsonObject,
  ): Promise<OpsOutcome> {
    const { rpc } = this.#options;
    try {
      const request = { action, ...account };
      const answer = await rpc.call(AUTH_RPC_SERVICE, request, { deadlineMs: AUTH_DEADLINE_MS });
      const reply = tryParseAuthReply(answer);
      if (reply?.status !== "success") return { ok: false, reason: reply?.code ?? "bad_reply" };
      const { account_id, username } = reply;
      return { ok: true, about: { account_id, username } };
    } catch (error) {
      if (error instanceof RpcError) return { ok: false, reason: error.failure };
      throw error;
    }
  }
}
