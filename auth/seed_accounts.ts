import type { Log } from "../core/log.ts";
import type { AuthService } from "./auth_service.ts";

/** What `deno task dev` lets anybody log in with. */
const ACCOUNTS = [
  { username: "player1", password: "password123" },
  { username: "testuser", password: "testpass" },
] as const;

const ORIGIN = { ip: "127.0.0.1" };

/**
 * Registers the accounts for development; those that are there stay as they are.
 *
 * @throws Error when one can neither be made nor is there
 */
export async function seedAccounts(service: AuthService, log: Log): Promise<void> {
  const seeded = await Promise.all(ACCOUNTS.map(async ({ username, password }) => {
    const reply = await service.answer({ action: "register", username, password }, ORIGIN);
    if (reply.status === "success") return username;
    if (reply.code === "username_taken") return undefined;
    throw new Error(`Cannot seed account ${username}: ${reply.message}`);
  }));
  const usernames = seeded.filter((username) => username !== undefined);
  if (usernames.length > 0) log.warn("accounts_seeded", { usernames });
}
