import type { ManualClock } from "../../core/manual_clock.ts";
import type { Rng } from "../../core/rng.ts";
import { GOOD_LINK, type LinkState } from "./faulty_link.ts";
import type { FaultKind, FaultRecord } from "./fault_record.ts";
import { LINK_NAMES, type LinkName } from "./node_ports.ts";
import type { SimulatedNode } from "./simulated_node.ts";

/** What faults work on. */
export interface FaultScheduleOptions {
  /** The time that all share. */
  readonly world: ManualClock;
  /** Draws what happens. */
  readonly rng: Rng;
  /** To whom it happens. */
  readonly nodes: readonly SimulatedNode[];
  /** Where it is written down. */
  readonly record: FaultRecord;
  /** For the trace. */
  readonly note: (event: string, fields: Readonly<Record<string, unknown>>) => void;
}

const PAUSE_MS = { min: 300, max: 5_000 } as const;
const DOWN_MS = { min: 200, max: 9_000 } as const;
const FROZEN_MS = { min: 300, max: 9_000 } as const;
const CUT_MS = { min: 300, max: 9_000 } as const;
const DEAD_LINE: LinkState = { ...GOOD_LINK, cut: "silent" };
const REFUSING: LinkState = { ...GOOD_LINK, cut: "refused" };

/** Has nodes crash, freeze and restart, and cuts, slows and thins their links, as a seed has it. */
export class FaultSchedule {
  readonly #options: FaultScheduleOptions;
  readonly #ongoing = new Set<() => void>();
  #isOver = false;

  /** Does nothing before `start`. */
  constructor(options: FaultScheduleOptions) {
    this.#options = options;
  }

  /** Begins. */
  start(): void {
    this.#next();
  }

  /** Does no more harm, and mends everything. */
  end(): void {
    this.#isOver = true;
    for (const mend of [...this.#ongoing]) mend();
  }

  #next(): void {
    const { world } = this.#options;
    world.after(this.#draw(PAUSE_MS), () => {
      if (this.#isOver) return;
      this.#strike();
      this.#next();
    });
  }

  #strike(): void {
    const { rng, nodes } = this.#options;
    const node = rng.pick(nodes);
    if (node === undefined) return;
    switch (rng.below(8)) {
      case 0:
        return this.#crash(node);
      case 1:
        return this.#restart(node);
      case 2:
      case 3:
        return this.#freeze(node);
      case 4:
        return this.#cutAll(node);
      case 5:
        return this.#spoilForAll();
      default:
        return this.#spoil([node], this.#drawLink(), this.#drawState());
    }
  }

  #crash(node: SimulatedNode): void {
    node.crash();
    const mend = this.#begin("crash", node, this.#draw(DOWN_MS));
    mend.whenOver(() => node.start());
  }

  #restart(node: SimulatedNode): void {
    if (!node.isUp) return;
    const stop = this.#begin("stop", node, Infinity);
    node.stop(() => {
      node.start();
      stop.now();
    });
  }

  #freeze(node: SimulatedNode): void {
    node.freeze();
    this.#begin("freeze", node, this.#draw(FROZEN_MS)).whenOver(() => node.thaw());
  }

  /** A machine whose network is gone. */
  #cutAll(node: SimulatedNode): void {
    for (const link of LINK_NAMES) this.#spoil([node], link, DEAD_LINE, CUT_MS.max / 2);
  }

  /** The store, the bus or another thing that is away from everybody. */
  #spoilForAll(): void {
    this.#spoil(this.#options.nodes, this.#drawLink(), this.#drawState());
  }

  #spoil(
    nodes: readonly SimulatedNode[],
    link: LinkName,
    state: LinkState,
    lengthMs = this.#draw(CUT_MS),
  ): void {
    for (const node of nodes) {
      node.setLink(link, state);
      this.#begin(link, node, lengthMs, state).whenOver(() => node.setLink(link, GOOD_LINK));
    }
  }

  #drawLink(): LinkName {
    return this.#options.rng.pick(LINK_NAMES) ?? "store";
  }

  #drawState(): LinkState {
    const { rng } = this.#options;
    switch (rng.below(4)) {
      case 0:
        return DEAD_LINE;
      case 1:
        return REFUSING;
      case 2:
        return { ...GOOD_LINK, delayMsMin: 20, delayMsMax: 50 + rng.below(1_500) };
      default:
        return { ...GOOD_LINK, lossShare: 0.05 + rng.below(30) / 100 };
    }
  }

  #begin(
    kind: FaultKind,
    node: SimulatedNode,
    lengthMs: number,
    state?: LinkState,
  ): { whenOver(step: () => void): void; now(): void } {
    const { world, record, note } = this.#options;
    const { name } = node.spec;
    note("fault", { kind, node: name, length_ms: lengthMs, ...state });
    const end = record.begin(kind, name, world.monotonicMs());
    let mended: () => void = () => {};
    const mend = (): void => {
      if (!this.#ongoing.delete(mend)) return;
      end(world.monotonicMs());
      note("mended", { kind, node: name });
      mended();
    };
    this.#ongoing.add(mend);
    if (lengthMs < Infinity) world.after(lengthMs, mend);
    return { whenOver: (step) => void (mended = step), now: mend };
  }

  #draw({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + this.#options.rng.below(max - min);
  }
}
