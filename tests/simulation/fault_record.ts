/** What a fault touches. */
export type FaultKind =
  | "crash"
  | "freeze"
  | "stop"
  | "store"
  | "bus"
  | "rpc"
  | "queue"
  | "events"
  | "database";

/** A fault, from when until when, on the world's clock in milliseconds. */
interface Fault {
  readonly kind: FaultKind;
  readonly node: string;
  readonly fromMs: number;
  untilMs: number;
}

/** Every fault of a run: what a promise is excused by where it says that it is. */
export class FaultRecord {
  readonly #faults: Fault[] = [];

  /** A fault begins; what it returns ends it. */
  begin(kind: FaultKind, node: string, fromMs: number): (untilMs: number) => void {
    const fault = { kind, node, fromMs, untilMs: Infinity };
    this.#faults.push(fault);
    return (untilMs) => void (fault.untilMs = untilMs);
  }

  /** Whether one of the kinds touched a node whose name begins so, at any moment from then until then. */
  touched(
    nodePrefix: string,
    kinds: readonly FaultKind[],
    span: { readonly fromMs: number; readonly toMs: number },
  ): boolean {
    return this.#faults.some(({ kind, node, fromMs, untilMs }) =>
      kinds.includes(kind) && node.startsWith(nodePrefix) && fromMs <= span.toMs &&
      untilMs >= span.fromMs
    );
  }
}
