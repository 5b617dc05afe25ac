import type { Reply } from "./reply.ts";

/** Who plays. */
export interface LoadAccount {
  /** The name of the account, under which it plays. */
  readonly username: string;
  /** Its password. */
  readonly password: string;
}

/** Makes accounts and logs in to them. */
export interface LoadAccounts {
  /** Makes an account; gives its id. */
  register(account: LoadAccount, signal: AbortSignal): Promise<Reply<string>>;
  /** Logs in; gives an access token, and for how long it is good. */
  login(account: LoadAccount, signal: AbortSignal): Promise<Reply<LoadToken>>;
}

/** A login. */
export interface LoadToken {
  /** The access token. */
  readonly token: string;
  /** From now, in milliseconds. */
  readonly goodForMs: number;
}
