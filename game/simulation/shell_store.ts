import { Shell } from "./shell.ts";

/** Shells made at once, so that those of a match, which each step reads, lie together in memory. */
const SHELLS_PER_BATCH = 16;

/** The shells in flight, oldest first; spent ones are kept and used again. */
export class ShellStore {
  readonly #flying: Shell[] = [];
  readonly #spent: Shell[] = [];
  #nextId = 1;

  /** The shells in flight, in the order in which they were fired. */
  get flying(): readonly Shell[] {
    return this.#flying;
  }

  /** The id of the next shell. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Adds a shell with the next id; the caller sets the rest. */
  add(): Shell {
    const shell = this.#spent.pop() ?? this.#makeBatch();
    shell.id = this.#nextId;
    // 0 is no id; after 2^32 shells they begin again.
    this.#nextId = (this.#nextId + 1) >>> 0 || 1;
    this.#flying.push(shell);
    return shell;
  }

  /** Takes away every shell whose `ticksLeft` is 0; the others keep their order. */
  removeSpent(): void {
    const flying = this.#flying;
    let kept = 0;
    for (const shell of flying) {
      if (shell.ticksLeft > 0) flying[kept++] = shell;
      else this.#spent.push(shell);
    }
    if (kept < flying.length) flying.length = kept;
  }

  /** Takes away the shells that a tank has fired. */
  removeOf(ownerSlot: number): void {
    for (const shell of this.#flying) if (shell.ownerSlot === ownerSlot) shell.ticksLeft = 0;
    this.removeSpent();
  }

  #makeBatch(): Shell {
    const shell = new Shell();
    for (let more = 1; more < SHELLS_PER_BATCH; more++) this.#spent.push(new Shell());
    return shell;
  }

  /** Continues with stored shells. */
  restore(shells: readonly Shell[], nextId: number): void {
    this.#flying.length = 0;
    this.#flying.push(...shells);
    this.#nextId = nextId;
  }
}
