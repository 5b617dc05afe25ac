/** Folders at the top that git ignores. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(["data", "dist", "coverage", "node_modules"]);

/** Files whose text a rule looks at. */
const READ_FILES = /\.(?:ts|mts|js|mjs|json|html|md)$/;

/**
 * Every file below a folder by its path from there, with its text where a rule looks at it and the
 * empty text elsewhere. Dot-folders and what git ignores are left out.
 *
 * @throws Deno.errors.PermissionDenied without read permission
 */
export async function readSources(root: URL): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const readFolder = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      const path = `${folder}${name}`;
      if (isDirectory) {
        const isSkipped = name.startsWith(".") || (folder === "" && SKIPPED_FOLDERS.has(name));
        if (!isSkipped) await readFolder(`${path}/`);
      } else {
        const isRead = READ_FILES.test(name);
        sources.set(path, isRead ? await Deno.readTextFile(new URL(path, root)) : "");
      }
    }
  };
  await readFolder("");
  return new Map([...sources].toSorted(([a], [b]) => a < b ? -1 : 1));
}
