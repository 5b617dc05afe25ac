/** What `deno compile` says that it put into an executable. */
export interface EmbeddedFiles {
  /** Paths from the folder that is common to all; `/*` at the end of one stands for all below it. */
  readonly paths: ReadonlySet<string>;
  /** How large they are together, as Deno writes it, such as `10.01MB`. */
  readonly size: string;
}

/** Two characters for each level that a line is deep, then those that lead to its name. */
const LINE = /^((?:[│ ] )*)[├└][─┬]+ (.+?)(?: \([^()]*\))?$/;

/** Reads the tree of files that `deno compile` prints. @throws Error where there is none in the text */
export function parseEmbeddedFiles(text: string): EmbeddedFiles {
  const paths = new Set<string>();
  const folders: string[] = [];
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, indent = "", name = ""] = match;
    folders.length = indent.length / 2;
    folders.push(name);
    paths.add(folders.join("/"));
  }
  const size = /^Files: (\S+)$/m.exec(text)?.[1];
  if (paths.size === 0 || size === undefined) {
    throw new Error(`Cannot read which files were embedded: ${text.slice(0, 200)}`);
  }
  return { paths, size };
}

/** Those of some files that are not among the embedded ones. */
export function findMissing(files: readonly string[], embedded: EmbeddedFiles): string[] {
  return files.filter((file) => {
    if (embedded.paths.has(file)) return false;
    const folders = file.split("/").slice(0, -1);
    return !folders.some((_, index) =>
      embedded.paths.has(`${folders.slice(0, index + 1).join("/")}/*`)
    );
  });
}
