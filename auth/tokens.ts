import {
  ACCESS_TOKEN_AUDIENCE,
  ACCESS_TOKEN_ISSUER,
  ACCESS_TOKEN_TYPE,
} from "../core/auth/access_token.ts";
import { type SigningKey, signJwt } from "../core/auth/jwt.ts";
import type { Clock } from "../core/clock.ts";
import type { Session } from "./session_store.ts";

/** What a {@linkcode TokenIssuer} needs. */
export interface TokenIssuerOptions {
  /** Gives what signs now. */
  readonly signer: () => SigningKey;
  /** Seconds that a token lives. */
  readonly ttlS: number;
  /** Says when that is. */
  readonly clock: Clock;
  /** Gives each token its id. */
  readonly newId: () => string;
}

/** Issues access tokens: Ed25519-signed JWTs that other services verify by themselves. */
export class TokenIssuer {
  readonly #options: TokenIssuerOptions;

  /** Signs with what `options.signer` gives. */
  constructor(options: TokenIssuerOptions) {
    this.#options = options;
  }

  /** Seconds that each token lives. */
  get ttlS(): number {
    return this.#options.ttlS;
  }

  /** A token that stands for the session until it ends. */
  issue(session: Session): Promise<string> {
    const { signer, ttlS, clock, newId } = this.#options;
    const issuedAtS = Math.floor(clock.nowMs() / 1000);
    const claims = {
      iss: ACCESS_TOKEN_ISSUER,
      aud: ACCESS_TOKEN_AUDIENCE,
      sub: session.accountId,
      name: session.username,
      sid: session.sessionId,
      iat: issuedAtS,
      exp: issuedAtS + ttlS,
      jti: newId(),
    };
    return signJwt(claims, signer(), { type: ACCESS_TOKEN_TYPE });
  }
}
