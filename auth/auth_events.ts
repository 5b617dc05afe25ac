import type { EventWriter } from "../core/protocol/event_envelope.ts";
import { foldUsername } from "./accounts.ts";
import type { TriedLoginRefusal } from "./replies.ts";

const TOPIC = "auth_events";
/** A client may type 8 KiB for a name; an event keeps this many UTF-16 units of it. */
const NAME_LENGTH_MAX = 64;
const KEY_OF_NOBODY = "unknown";

/** Whose event it is. */
export interface EventSubject {
  /** The account's id. */
  readonly accountId: string;
  /** Its name. */
  readonly username: string;
}

/** Writes what happens to accounts into the event log, those of one account in order. */
export class AuthEvents {
  readonly #writer: EventWriter;

  /** Appends through `writer`. */
  constructor(writer: EventWriter) {
    this.#writer = writer;
  }

  /** An account was made. */
  registered(subject: EventSubject, ip: string): void {
    this.#write("user_registered", subject, { ip });
  }

  /** A login succeeded. */
  loggedIn(subject: EventSubject, ip: string): void {
    this.#write("user_logged_in", subject, { ip });
  }

  /** A session was ended by whoever had it. */
  loggedOut(subject: EventSubject, ip: string): void {
    this.#write("user_logged_out", subject, { ip });
  }

  /** A display name or a password was changed. */
  accountUpdated(subject: EventSubject, ip: string): void {
    this.#write("account_updated", subject, { ip });
  }

  /** An account is no more. */
  accountDeleted(subject: EventSubject, ip: string): void {
    this.#write("account_deleted", subject, { ip });
  }

  /** An operator has shut an account. */
  accountDisabled(subject: EventSubject, ip: string): void {
    this.#write("account_disabled", subject, { ip });
  }

  /** An operator has opened an account again. */
  accountEnabled(subject: EventSubject, ip: string): void {
    this.#write("account_enabled", subject, { ip });
  }

  /** A refresh token came a second time: one of two holders stole it. */
  tokenReuseDetected(subject: EventSubject, ip: string): void {
    this.#write("token_reuse_detected", subject, { ip });
  }

  /** A login failed for which a password was tried; `typedName` is what the client sent, of any length. */
  loginFailed(
    attempt: {
      readonly typedName: string;
      readonly accountId: string | undefined;
      readonly reason: TriedLoginRefusal;
      readonly ip: string;
    },
  ): void {
    const { typedName, accountId, reason, ip } = attempt;
    const username = typedName.slice(0, NAME_LENGTH_MAX).toWellFormed();
    const key = accountId ?? (foldUsername(username).slice(0, NAME_LENGTH_MAX) || KEY_OF_NOBODY);
    this.#writer.write(TOPIC, key, {
      event_type: "user_login_failed",
      username,
      account_id: accountId ?? null,
      ip,
      reason,
    });
  }

  #write(eventType: string, subject: EventSubject, origin: { readonly ip: string }): void {
    this.#writer.write(TOPIC, subject.accountId, {
      event_type: eventType,
      username: subject.username,
      account_id: subject.accountId,
      ip: origin.ip,
    });
  }
}
