import { describeError, type Log } from "../core/log.ts";
import { WorkInHand } from "../core/ports/work_in_hand.ts";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { unreachable } from "../core/unreachable.ts";
import { deleteAccount } from "./account_deletion.ts";
import { shutAccount } from "./account_shutting.ts";
import { updateAccount } from "./account_update.ts";
import { viewAccount } from "./account_view.ts";
import type { AuthMetrics } from "./auth_metrics.ts";
import type { AuthParts, Origin } from "./auth_parts.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { refresh } from "./refresh.ts";
import { register } from "./registration.ts";
import { internalErrorReply, keysReply } from "./replies.ts";
import type { AuthRequest } from "./requests.ts";
import { verify } from "./verification.ts";

/** Answers requests, whichever way they came. */
export class AuthService {
  readonly #parts: AuthParts;
  readonly #metrics: AuthMetrics;
  readonly #log: Log;
  readonly #inHand = new WorkInHand();

  /** Decides with `parts`, counts in `metrics`, tells `log` of faults. */
  constructor(
    options: { readonly parts: AuthParts; readonly metrics: AuthMetrics; readonly log: Log },
  ) {
    this.#parts = options.parts;
    this.#metrics = options.metrics;
    this.#log = options.log;
  }

  /** Answers a request. Never rejects: a fault of ours is logged and has a reply of its own. */
  async answer(request: AuthRequest, origin: Origin): Promise<AuthReply> {
    const { clock } = this.#parts;
    const startedAtMs = clock.monotonicMs();
    this.#inHand.begin();
    const reply = await this.#decide(request, origin).catch((error: unknown) => {
      const { action } = request;
      this.#log.error("request_failed", { action, error: describeError(error) });
      return internalErrorReply();
    });
    this.#metrics.countRequest(request.action, reply, clock.monotonicMs() - startedAtMs);
    this.#inHand.end();
    return reply;
  }

  /** Resolves when every request has been answered. */
  settled(): Promise<void> {
    return this.#inHand.none();
  }

  /** Answers what was no request, by counting the reply that it gets. */
  refuse(reply: AuthReply): AuthReply {
    this.#metrics.countRefusal(reply);
    return reply;
  }

  async #decide(request: AuthRequest, origin: Origin): Promise<AuthReply> {
    switch (request.action) {
      case "login":
        return await login(request, this.#parts, origin);
      case "register":
        return await register(request, this.#parts, origin);
      case "refresh":
        return await refresh(request, this.#parts, origin);
      case "verify":
        return await verify(request, this.#parts);
      case "logout":
        return await logout(request, this.#parts, origin);
      case "account_get":
        return await viewAccount(request, this.#parts);
      case "account_update":
        return await updateAccount(request, this.#parts, origin);
      case "account_delete":
        return await deleteAccount(request, this.#parts, origin);
      case "jwks":
        return keysReply(await this.#parts.keys.published());
      case "account_disable":
      case "account_enable":
        return await shutAccount(request, this.#parts, origin);
      default:
        return unreachable(request);
    }
  }
}
