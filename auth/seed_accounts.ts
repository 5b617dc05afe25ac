import type { Log } from "../core/log.ts";
import type { AuthParts } from "./auth_parts.ts";

/** What `deno task dev` lets anybody log in with. */
const ACCOUNTS = [
  { username: "player1", password: "password123" },
  { username: "testuser", password: "testpass" },
] as const;

const ORIGIN = { ip: "127.0.0.1" };

/**
 * Makes the accounts for development, whose passwords nobody else could choose; those that are there stay
 * as they are.
 *
 * @throws Error when one can neither be made nor is there
 */
export async function seedAccounts(parts: AuthParts, log: Log): Promise<void> {
  const seeded = await Promise.all(ACCOUNTS.map((account) => seed(account, parts)));
  const usernames = seeded.filter((username) => username !== undefined);
  if (usernames.length > 0) log.warn("accounts_seeded", { usernames });
}

/** The name of the account, if it was made. */
async function seed(
  { username, password }: typeof ACCOUNTS[number],
  parts: AuthParts,
): Promise<string | undefined> {
  const { accounts, hasher, events, clock, newId } = parts;
  if (await accounts.findByUsername(username) !== undefined) return undefined;
  const hash = await hasher.hash(password);
  if (!hash.ok) throw new Error(`Cannot seed account ${username}: Server busy`);
  const accountId = newId();
  const createdAtMs = clock.nowMs();
  const passwordHash = hash.value;
  // Another server may have been faster.
  if (!await accounts.tryInsert({ accountId, username, passwordHash, createdAtMs })) {
    return undefined;
  }
  events.registered({ accountId, username }, ORIGIN.ip);
  return username;
}
