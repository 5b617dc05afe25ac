import type { AuthReply } from "../core/protocol/auth_messages.ts";
import type { AuthParts } from "./auth_parts.ts";
import { accountReply, tokenInvalidReply } from "./replies.ts";
import type { TokenRequest } from "./requests.ts";
import { findBearer } from "./token_check.ts";

/** Shows whoever has a token the account that it stands for. */
export async function viewAccount(request: TokenRequest, parts: AuthParts): Promise<AuthReply> {
  const bearer = await findBearer(request.token, parts);
  return bearer === undefined ? tokenInvalidReply() : accountReply(bearer.account);
}
