import type { AuthReply } from "../core/protocol/auth_messages.ts";
import type { Account } from "./account_store.ts";
import { type AuthParts, changeTime, type Origin } from "./auth_parts.ts";
import { accountOpenedReply, accountShutReply, unknownAccountReply } from "./replies.ts";
import type { AccountShutRequest } from "./requests.ts";

/** Shuts an account for an operator, which ends all its sessions, or opens it again. */
export async function shutAccount(
  request: AccountShutRequest,
  parts: AuthParts,
  { ip }: Origin,
): Promise<AuthReply> {
  const account = await findAccount(request, parts);
  if (account === undefined) return unknownAccountReply();
  const { accountId } = account;
  const { changes, revocations, events } = parts;
  if (request.action === "account_enable") {
    if (!await changes.enable(accountId)) return unknownAccountReply();
    events.accountEnabled(account, ip);
    return accountOpenedReply(account);
  }
  if (!await changes.disable(accountId, changeTime(parts))) return unknownAccountReply();
  await revocations.publish();
  events.accountDisabled(account, ip);
  return accountShutReply(account);
}

function findAccount(
  { accountId, username }: AccountShutRequest,
  { accounts }: AuthParts,
): Promise<Account | undefined> {
  if (accountId !== undefined) return accounts.findById(accountId);
  return username === undefined ? Promise.resolve(undefined) : accounts.findByUsername(username);
}
