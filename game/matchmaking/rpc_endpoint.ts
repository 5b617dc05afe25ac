import { tryJsonObject } from "../../core/json.ts";
import type { RpcHandler } from "../../core/ports/rpc.ts";
import type { AnswerRequest } from "./leader_relay.ts";

/** Answers other services: `{"method":"find", …}` with the fields of the HTTP request's body. */
export function answerServices(answer: AnswerRequest): RpcHandler {
  return async (value) => ({ ...await answer(tryJsonObject(value) ?? {}) });
}
