import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import { unreachable } from "../../core/unreachable.ts";
import { AccountChanges } from "../account_changes.ts";
import { type Account, AccountStore } from "../account_store.ts";
import { foldUsername, tryParsePassword, tryParseUsername } from "../accounts.ts";
import { ACCESS_TOKENS_OVER_MS, changeTime } from "../auth_parts.ts";
import { isCommonPassword } from "../common_passwords.ts";
import { hashPassword, type ScryptParameters } from "../password_hash.ts";
import { SessionStore } from "../session_store.ts";
import { SigningKeys } from "../signing_keys.ts";
import type { OperatorAnswer } from "./answer.ts";
import type { OperatorCommand } from "./arguments.ts";

/** What commands work with. */
export interface OperatorParts {
  /** Auth's own, with its tables. */
  readonly database: SqlDatabase;
  /** Says when. */
  readonly clock: Clock;
  /** Gives ids that nobody can guess. */
  readonly newId: () => string;
  /** What a password hash costs. */
  readonly hashParameters: ScryptParameters;
  /** Asks for a new password; undefined where none was given. */
  readonly readPassword: () => Promise<string | undefined>;
}

/** A new key is known to every verifier by then: they look for new ones each minute. */
const KEY_PUBLISHED_MS = 120_000;

/** Does what an operator asks. @throws Error when the database fails */
export function runCommand(
  command: OperatorCommand,
  parts: OperatorParts,
): Promise<OperatorAnswer> {
  switch (command.name) {
    case "list":
      return list(command, parts);
    case "create":
      return create(command.username, parts);
    case "disable":
    case "enable":
    case "reset-password":
    case "sessions":
    case "revoke":
      return runOnAccount(command, parts);
    case "rotate-key":
      return rotateKey(command.isUrgent, parts);
    default:
      return unreachable(command);
  }
}

async function list(
  { after, limit }: OperatorCommand & { readonly name: "list" },
  { database }: OperatorParts,
): Promise<OperatorAnswer> {
  const afterFolded = foldUsername(after);
  const accounts = await new AccountStore(database).list({ afterFolded, limit });
  return { ok: true, rows: accounts.map(rowOf) };
}

function rowOf(account: Account): JsonObject {
  const { accountId, username, displayName, createdAtMs, lastLoginAtMs, disabled } = account;
  return {
    username,
    display_name: displayName,
    account_id: accountId,
    state: disabled ? "disabled" : "open",
    created_at_ms: createdAtMs,
    last_login_at_ms: lastLoginAtMs ?? null,
  };
}

async function create(typedName: string, parts: OperatorParts): Promise<OperatorAnswer> {
  const username = tryParseUsername(typedName);
  if (username === undefined) return refused(`Cannot create ${typedName}: it is no username`);
  const accounts = new AccountStore(parts.database);
  const taken = refused(`Cannot create ${username}: it is taken`);
  if (await accounts.findByUsername(username) !== undefined) return taken;
  const passwordHash = await readHash(parts);
  if (passwordHash === undefined) return refused(`Cannot create ${username}: ${BAD_PASSWORD}`);
  const accountId = parts.newId();
  const createdAtMs = parts.clock.nowMs();
  if (!await accounts.tryInsert({ accountId, username, passwordHash, createdAtMs })) return taken;
  return done(`created ${username}`, { username, account_id: accountId });
}

async function runOnAccount(
  command: Exclude<OperatorCommand, { readonly name: "list" | "create" | "rotate-key" }>,
  parts: OperatorParts,
): Promise<OperatorAnswer> {
  const { database } = parts;
  const account = await new AccountStore(database).findByUsername(command.username);
  if (account === undefined) return refused(`Cannot find ${command.username}: no such account`);
  const { accountId, username } = account;
  const changes = new AccountChanges(database);
  const about = { username, account_id: accountId };
  switch (command.name) {
    case "disable":
      await changes.disable(accountId, changeTime(parts));
      return done(`disabled ${username}; its tokens are void within 5 s`, about);
    case "enable":
      await changes.enable(accountId);
      return done(`enabled ${username}`, about);
    case "reset-password": {
      const passwordHash = await readHash(parts);
      if (passwordHash === undefined) return refused(`Cannot reset ${username}: ${BAD_PASSWORD}`);
      // Dated after the typing, which takes a while: auth looks a short while back for what was ended.
      await changes.setPassword(accountId, { ...changeTime(parts), passwordHash });
      return done(`reset the password of ${username}; its sessions have ended`, about);
    }
    case "sessions": {
      const sessions = await new SessionStore(database).list(accountId);
      const rows = sessions.map(({ sessionId, createdAtMs, expiresAtMs }) => ({
        session_id: sessionId,
        created_at_ms: createdAtMs,
        expires_at_ms: expiresAtMs,
      }));
      return { ok: true, rows };
    }
    case "revoke": {
      const { sessionId } = command;
      const time = changeTime(parts);
      const end = sessionId === undefined ? time : { ...time, sessionId };
      const endedCount = await changes.endSessions(accountId, end);
      if (sessionId !== undefined && endedCount === 0) {
        return refused(`Cannot revoke ${sessionId}: ${username} has no such session`);
      }
      return done(`ended ${endedCount} of the sessions of ${username}`, {
        ...about,
        ended_count: endedCount,
      });
    }
    default:
      return unreachable(command);
  }
}

async function rotateKey(isUrgent: boolean, parts: OperatorParts): Promise<OperatorAnswer> {
  const { database, clock } = parts;
  const key = await new SigningKeys({ database, clock }).rotate(
    isUrgent
      ? { signsInMs: 0, overlapMs: 0 }
      : { signsInMs: KEY_PUBLISHED_MS, overlapMs: ACCESS_TOKENS_OVER_MS },
  );
  const from = new Date(key.signsFromMs).toISOString();
  return done(`key ${key.kid} is published, and signs from ${from} on`, {
    kid: key.kid,
    generation: key.generation,
    signs_from_ms: key.signsFromMs,
  });
}

const BAD_PASSWORD = "the password has under 8 or over 256 characters, or everybody tries it first";

async function readHash(parts: OperatorParts): Promise<string | undefined> {
  const password = tryParsePassword(await parts.readPassword());
  if (password === undefined || isCommonPassword(password)) return undefined;
  return await hashPassword(password, parts.hashParameters);
}

function done(text: string, fields: JsonObject): OperatorAnswer {
  return { ok: true, done: text, fields };
}

function refused(message: string): OperatorAnswer {
  return { ok: false, message };
}
