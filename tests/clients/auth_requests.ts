import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { textAt } from "./json_fields.ts";
import { LineClient } from "./line_client.ts";

/** Where auth listens. */
export interface AuthAddress {
  /** An IP address. */
  readonly hostname: string;
  /** The port that was bound. */
  readonly port: number;
}

/** An account that `AUTH_SEED_ACCOUNTS` makes. */
export const PLAYER1 = { username: "player1", password: "password123" } as const;
/** The other one. */
export const TESTUSER = { username: "testuser", password: "testpass" } as const;

/** Runs `work` with a connection, and closes it whatever happens. */
export async function withLines<Result>(
  address: AuthAddress,
  work: (client: LineClient) => Promise<Result>,
): Promise<Result> {
  const client = await LineClient.connect(address);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** One request on a connection of its own. */
export function askOnce(address: AuthAddress, request: string | JsonObject): Promise<JsonObject> {
  return withLines(address, (client) => client.askJson(request));
}

/** An access token of the account. @throws AssertionError when the login fails */
export async function loginToken(
  address: AuthAddress,
  account: { readonly username: string; readonly password: string },
): Promise<string> {
  const reply = await askOnce(address, { action: "login", ...account });
  assertEquals(reply.status, "success");
  return textAt(reply, "token");
}
