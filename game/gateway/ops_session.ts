// Long because a connection is one state: what its page, its match and the time do meet here.
import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import { VERSION } from "../../core/version.ts";
import { unreachable } from "../../core/unreachable.ts";
import { type OpsFrame, tryOpsFrame } from "./ops_frame.ts";
import type { OpsRefusal } from "./ops_guard.ts";
import type { OpsSpectating, OpsSpectatingOptions } from "./ops_spectating.ts";
import type { OpsView } from "./ops_view.ts";
import { type ClientSocket, WebSocketOutbox } from "./websocket_outbox.ts";

/** What a session works with. */
export interface OpsSessionOptions {
  /** What it shows. */
  readonly view: Pick<OpsView, "overview" | "server">;
  /** Says why the bearer of a token is not let in. */
  readonly admit: (token: string) => Promise<OpsRefusal | undefined>;
  /** Begins to watch a match. */
  readonly spectate: (
    matchId: string,
    on: Pick<OpsSpectatingOptions, "onMatch" | "onState" | "onOver" | "onEnd">,
  ) => Pick<OpsSpectating, "check" | "close">;
  /** Says when it is time to show something anew. */
  readonly clock: Clock;
  /** Told of faults of ours. */
  readonly log: Log;
}

/** How long somebody may take to show the token, in milliseconds. */
export const OPS_AUTH_MS_MAX = 5_000;
/** How often the page is told how things are, in milliseconds. */
export const OPS_PERIOD_MS = 1_000;
/** Frames of a page in that time; a page of ours sends a few at most. */
export const FRAMES_PER_PERIOD_MAX = 30;

/** Why a connection is closed from this side. */
export type OpsSessionEnd =
  | "auth_late"
  | "auth_failed"
  | "bad_frame"
  | "too_fast"
  | "too_slow"
  | "closing";

const CLOSES: Readonly<Record<OpsSessionEnd, readonly [code: number, reason: string]>> = {
  auth_late: [4401, "No AUTH in time"],
  auth_failed: [4401, "Not let in"],
  bad_frame: [4400, "Not a message of this protocol"],
  too_fast: [4429, "Too many messages"],
  too_slow: [4408, "Too slow"],
  closing: [4001, "The gateway is closing"],
};

type State = "waiting" | "checking" | "in" | "closed";

/** One operator's page: tells it each second how things are, and passes on the match that it watches. */
export class OpsSession {
  readonly #options: OpsSessionOptions;
  readonly #socket: ClientSocket;
  readonly #outbox: WebSocketOutbox;
  readonly #work = new Set<Promise<void>>();
  readonly #openedAtMs: number;
  #state: State = "waiting";
  #look: Extract<OpsFrame, { type: "LOOK" }> | undefined;
  #spectating: Pick<OpsSpectating, "check" | "close"> | undefined;
  #toldAtMs = -Infinity;
  #isTelling = false;
  #frameCount = 0;
  /** Since when frames are counted, on the monotonic clock. */
  #countedFromMs: number;

  /** Waits for AUTH. */
  constructor(socket: ClientSocket, options: OpsSessionOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#outbox = new WebSocketOutbox(socket, options.clock);
    this.#openedAtMs = options.clock.monotonicMs();
    this.#countedFromMs = this.#openedAtMs;
  }

  /** Takes a frame of the page's. */
  onFrame(text: string): void {
    if (this.#state === "closed") return;
    if (++this.#frameCount > FRAMES_PER_PERIOD_MAX) return this.end("too_fast");
    const frame = tryOpsFrame(text);
    if (frame === undefined) return this.end("bad_frame");
    if (frame.type === "AUTH") {
      if (this.#state === "waiting") this.#do(this.#admit(frame.token));
      return;
    }
    if (this.#state !== "in") return this.end("auth_failed");
    this.#obey(frame);
  }

  /** Looks at the time; to be called a few times a second. */
  check(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#state === "closed") return;
    if (nowMs - this.#countedFromMs >= OPS_PERIOD_MS) {
      this.#frameCount = 0;
      this.#countedFromMs = nowMs;
    }
    if (this.#state !== "in") {
      if (nowMs - this.#openedAtMs >= OPS_AUTH_MS_MAX) this.end("auth_late");
      return;
    }
    this.#outbox.flush();
    if (this.#outbox.isTooSlow) return this.end("too_slow");
    this.#spectating?.check();
    if (nowMs - this.#toldAtMs >= OPS_PERIOD_MS) this.#tellSoon();
  }

  /** Closes the connection, and tells the page why. */
  end(reason: OpsSessionEnd): void {
    if (this.#state === "closed") return;
    this.onClose();
    const [code, text] = CLOSES[reason];
    this.#socket.close(code, text);
  }

  /** The page has gone. */
  onClose(): void {
    this.#state = "closed";
    this.#stop();
  }

  /** Resolves when nothing is in hand any more. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  async #admit(token: string): Promise<void> {
    this.#state = "checking";
    const refusal = await this.#options.admit(token);
    // It may have gone meanwhile.
    if (this.#state !== "checking") return;
    if (refusal !== undefined) {
      this.#send({ type: "AUTH_FAILED", reason: refusal });
      return this.end("auth_failed");
    }
    this.#state = "in";
    this.#send({ type: "AUTH_OK", version: VERSION });
    this.#tellSoon();
  }

  #obey(frame: Exclude<OpsFrame, { type: "AUTH" }>): void {
    switch (frame.type) {
      case "LOOK":
        this.#look = frame;
        this.#toldAtMs = -Infinity;
        return this.#tellSoon();
      case "SPECTATE":
        this.#stop();
        return this.#spectate(frame.matchId);
      case "STOP":
        return this.#stop();
      default:
        return unreachable(frame);
    }
  }

  #spectate(matchId: string): void {
    this.#spectating = this.#options.spectate(matchId, {
      onMatch: (about) => this.#send({ type: "SPECTATING", match_id: matchId, ...about }),
      onState: (text) => this.#outbox.state(text),
      onOver: (text) => this.#outbox.frame(text),
      onEnd: (reason) => this.#send({ type: "SPECTATE_ENDED", match_id: matchId, reason }),
    });
  }

  #stop(): void {
    const spectating = this.#spectating;
    this.#spectating = undefined;
    if (spectating !== undefined) this.#do(spectating.close());
  }

  #tellSoon(): void {
    // What takes longer than a period is not asked for a second time meanwhile.
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#toldAtMs = this.#options.clock.monotonicMs();
    this.#do(this.#tell().finally(() => this.#isTelling = false));
  }

  async #tell(): Promise<void> {
    const { view } = this.#options;
    const look = this.#look;
    const overview = view.overview();
    const server = look?.serverId === undefined
      ? undefined
      : await view.server(look.serverId, look.filter);
    this.#send({ type: "OVERVIEW", ...await overview });
    if (server === undefined || look?.serverId === undefined) return;
    const filter = look.filter ?? "";
    this.#send({ type: "SERVER", server_id: look.serverId, filter, ...server });
  }

  #send(message: JsonObject): void {
    if (this.#state !== "closed") this.#outbox.frame(JSON.stringify(message));
  }

  #do(work: Promise<void>): void {
    const doing = work.catch((error: unknown) => {
      // A fault of ours, which is no reason to end more than this connection.
      this.#options.log.error("ops_session_failed", { error: describeError(error) });
      this.end("closing");
    }).finally(() => this.#work.delete(doing));
    this.#work.add(doing);
  }
}
