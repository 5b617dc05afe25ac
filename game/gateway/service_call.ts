import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import { errorResponse } from "../../core/net/http_server.ts";
import { type Rpc, RpcError, type RpcFailure } from "../../core/ports/rpc.ts";
import type { GatewayMetrics } from "./gateway_metrics.ts";

/** What calling works with. */
export interface ServiceCallOptions {
  /** Carries the call. */
  readonly rpc: Rpc;
  /** Told of calls that bring no reply. */
  readonly log: Log;
  /** Counts them. */
  readonly metrics: Pick<GatewayMetrics, "rpcFailures">;
}

/** What is called, and how long it may take. */
export interface ServiceCall {
  /** The name under which the service serves. */
  readonly service: string;
  /** What it is asked. */
  readonly request: JsonObject;
  /** Milliseconds. */
  readonly deadlineMs: number;
}

/** A reply, or the response that says that there is none. */
export type CallOutcome =
  | { readonly ok: true; readonly reply: JsonValue }
  | { readonly ok: false; readonly response: Response };

const FAILURES: Readonly<Record<RpcFailure, readonly [number, string]>> = {
  unavailable: [503, "unavailable"],
  overloaded: [503, "busy"],
  deadline_exceeded: [504, "deadline_exceeded"],
  failed: [502, "failed"],
};

/** The response that says that a service gave a reply that cannot be understood. */
export function badReply(service: string): Response {
  return errorResponse(502, "bad_reply", `No usable reply from ${service}`);
}

/** Asks another service; one that does not answer is a response too. */
export async function callService(
  call: ServiceCall,
  options: ServiceCallOptions,
): Promise<CallOutcome> {
  const { service, request, deadlineMs } = call;
  try {
    return { ok: true, reply: await options.rpc.call(service, request, { deadlineMs }) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { failure } = error;
    options.metrics.rpcFailures[failure].inc();
    options.log.warn("call_failed", { rpc: service, failure });
    const [status, code] = FAILURES[failure];
    return { ok: false, response: errorResponse(status, code, `No reply from ${service}`) };
  }
}
