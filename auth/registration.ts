import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { tryParsePassword, tryParseUsername } from "./accounts.ts";
import type { AuthParts, Origin } from "./auth_parts.ts";
import { isCommonPassword } from "./common_passwords.ts";
import { turnOwner } from "./password_check.ts";
import { registeredReply, registrationRefusedReply, serverBusyReply } from "./replies.ts";
import type { CredentialsRequest } from "./requests.ts";

/**
 * Makes an account. Of many that ask for one name at once, the database's unique constraint lets one
 * through; the look beforehand only saves a hash.
 */
export async function register(
  request: CredentialsRequest,
  parts: AuthParts,
  origin: Origin,
): Promise<AuthReply> {
  const { accounts, hasher, events, clock, newId } = parts;
  const username = tryParseUsername(request.username);
  if (username === undefined) return registrationRefusedReply("invalid_username");
  const password = tryParsePassword(request.password);
  if (password === undefined) return registrationRefusedReply("invalid_password");
  if (isCommonPassword(password)) return registrationRefusedReply("common_password");
  const existing = await accounts.findByUsername(username);
  if (existing !== undefined) return registrationRefusedReply("username_taken");
  const hash = await hasher.hash(password, turnOwner(origin));
  if (!hash.ok) return serverBusyReply();
  const accountId = newId();
  const passwordHash = hash.value;
  const createdAtMs = clock.nowMs();
  const isNew = await accounts.tryInsert({ accountId, username, passwordHash, createdAtMs });
  if (!isNew) return registrationRefusedReply("username_taken");
  events.registered({ accountId, username }, origin.ip);
  return registeredReply(username, accountId);
}
