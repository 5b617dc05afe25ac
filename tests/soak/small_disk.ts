const SIZE_MB = 24;
const BLOCK_BYTES = 65_536;

/** A disk of a few megabytes that can be filled to the last byte: a tmpfs that is mounted for it. */
export class SmallDisk {
  /** Where it is. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Mounts one; undefined where that is refused, as where one is not root. */
  static async tryMount(): Promise<SmallDisk | undefined> {
    const folder = await Deno.makeTempDir({ prefix: "tanks-disk-" });
    const args = ["-t", "tmpfs", "-o", `size=${SIZE_MB}m`, "tmpfs", folder];
    if (await run("mount", args)) return new SmallDisk(folder);
    await Deno.remove(folder);
    return undefined;
  }

  /** Leaves no byte free. */
  async fill(): Promise<void> {
    using file = await Deno.open(this.#ballastPath, { create: true, write: true });
    let size = BLOCK_BYTES;
    while (size > 0) {
      try {
        await file.write(new Uint8Array(size));
      } catch {
        // Full for a block of this size: smaller ones may fit.
        size = Math.floor(size / 2);
      }
    }
  }

  /** There is room again. */
  async empty(): Promise<void> {
    await Deno.remove(this.#ballastPath);
  }

  /** Unmounts it. */
  async close(): Promise<void> {
    await run("umount", [this.folder]);
    await Deno.remove(this.folder, { recursive: true });
  }

  get #ballastPath(): string {
    return `${this.folder}/ballast`;
  }
}

async function run(command: string, args: readonly string[]): Promise<boolean> {
  try {
    const options: Deno.CommandOptions = { args: [...args], stdout: "null", stderr: "null" };
    return (await new Deno.Command(command, options).output()).success;
  } catch {
    // There is no such program, or none that may be run.
    return false;
  }
}
