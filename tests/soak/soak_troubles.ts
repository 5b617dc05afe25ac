import { describeError } from "../../core/log.ts";
import type { LedgerLine } from "./ledger_line.ts";

/** What the soak itself could not do, so that what it has seen by then is reported all the same. */
export class SoakTroubles {
  readonly #texts: string[] = [];

  /** Does it; what it throws is kept, and undefined is given. Never rejects. */
  async guard<Value>(what: string, work: () => Value | Promise<Value>): Promise<Value | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#keep(what, error);
      return undefined;
    }
  }

  /** Keeps also what nobody has caught, which would end the process, until it is disposed. */
  watchStrays(): Disposable {
    const onRejection = (event: PromiseRejectionEvent): void => {
      event.preventDefault();
      this.#keep("nobody caught", event.reason);
    };
    const onError = (event: ErrorEvent): void => {
      event.preventDefault();
      this.#keep("nobody caught", event.error);
    };
    globalThis.addEventListener("unhandledrejection", onRejection);
    globalThis.addEventListener("error", onError);
    return {
      [Symbol.dispose]: () => {
        globalThis.removeEventListener("unhandledrejection", onRejection);
        globalThis.removeEventListener("error", onError);
      },
    };
  }

  /** All of it. */
  line(): LedgerLine {
    return { rule: "The soak itself goes to its end", checked: 1, faults: [...this.#texts] };
  }

  #keep(what: string, error: unknown): void {
    this.#texts.push(`${what}: ${describeError(error)}`);
  }
}
