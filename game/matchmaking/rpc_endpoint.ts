import { tryJsonObject } from "../../core/json.ts";
import type { RpcHandler } from "../../core/ports/rpc.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import type { FindService } from "./find_service.ts";

const UNKNOWN_METHOD: FindReply & { readonly ok: false } = {
  ok: false,
  code: "invalid_request",
  message: "Unknown or missing method",
};

/** Answers other services: `{"method":"find", …}` with the fields of the HTTP request's body. */
export function answerServices(
  service: Pick<FindService, "answer">,
): RpcHandler {
  return async (value) => {
    const fields = tryJsonObject(value);
    return fields?.method === "find" ? await service.answer(fields) : UNKNOWN_METHOD;
  };
}
