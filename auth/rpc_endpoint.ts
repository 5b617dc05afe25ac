import { tryJsonObject } from "../core/json.ts";
import type { RpcHandler } from "../core/ports/rpc.ts";
import type { AuthService } from "./auth_service.ts";
import { unknownActionReply } from "./replies.ts";
import { tryParseAuthRequest } from "./requests.ts";

const IP_LENGTH_MAX = 64;
const UNKNOWN_IP = "unknown";

/**
 * Answers other services: requests and replies are those of the TCP lines. A request may say in `ip`
 * for which client it is made; only here, where no client can write it.
 */
export function answerServices(service: AuthService): RpcHandler {
  return (value) => {
    const request = tryParseAuthRequest(value, { internal: true });
    if (request === undefined) return Promise.resolve(service.refuse(unknownActionReply()));
    const ip = tryJsonObject(value)?.["ip"];
    const isKnown = typeof ip === "string" && ip.length <= IP_LENGTH_MAX;
    return service.answer(request, { ip: isKnown ? ip : UNKNOWN_IP });
  };
}
