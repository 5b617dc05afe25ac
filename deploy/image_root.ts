/**
 * Makes the root folder of a service's image: the executable, the libraries that it is linked with, the
 * certificates of the authorities that everybody trusts, and a folder for data. Nothing else is in it.
 *
 * `deno run --allow-read --allow-write --allow-run=ldd deploy/image_root.ts <executable> <folder>`
 *
 * @module
 */

/** Who the service runs as: a number, because there is no file of users. */
export const IMAGE_USER = 65_532;

/** Where the executable is in the image. */
export const IMAGE_EXECUTABLE = "/service";

/** Where the service keeps what it keeps; the one folder that it may write to. */
export const IMAGE_DATA_FOLDER = "/data";

/** Debian's file of all authorities, and where Deno looks for it. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** By names, `/etc/hosts` counts before DNS; without the file libc would ask DNS for localhost. */
const NAME_SERVICES = { path: "/etc/nsswitch.conf", text: "hosts: files dns\n" };

const MODE_EXECUTABLE = 0o555;
const MODE_READABLE = 0o444;
const MODE_OWN_FOLDER = 0o700;
const EXIT_BAD_ARGUMENTS = 2;

/** Makes the root folder in `target`. @throws Error where a library is missing */
export async function makeImageRoot(executable: string, target: string): Promise<void> {
  const libraries = await findLibraries(executable);
  for (const library of libraries) {
    await copy(library, { to: `${target}${library}`, mode: MODE_EXECUTABLE });
  }
  await copy(CERTIFICATES, { to: `${target}${CERTIFICATES}`, mode: MODE_READABLE });
  await Deno.writeTextFile(`${target}${NAME_SERVICES.path}`, NAME_SERVICES.text);
  await copy(executable, { to: `${target}${IMAGE_EXECUTABLE}`, mode: MODE_EXECUTABLE });
  const dataFolder = `${target}${IMAGE_DATA_FOLDER}`;
  await Deno.mkdir(dataFolder, { mode: MODE_OWN_FOLDER });
  await Deno.chown(dataFolder, IMAGE_USER, IMAGE_USER);
}

/**
 * The shared libraries that an executable is linked with, the loader among them, as `ldd` finds them.
 *
 * @throws Error where `ldd` cannot read it or does not find one
 */
export async function findLibraries(executable: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command("ldd", { args: [executable] })
    .output();
  const decoder = new TextDecoder();
  const [output, error] = [decoder.decode(stdout), decoder.decode(stderr)];
  const missing = /^\s*(\S+) => not found/m.exec(output)?.[1];
  if (missing !== undefined) throw new Error(`Cannot find ${missing} for ${executable}`);
  const libraries = [...output.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = ""]) =>
    path
  );
  if (!success || libraries.length === 0) throw new Error(`Cannot read ${executable}: ${error}`);
  return libraries;
}

/** Copies a file, or the one that a link points to, with all folders on the way. */
async function copy(
  from: string,
  options: { readonly to: string; readonly mode: number },
): Promise<void> {
  const { to, mode } = options;
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(from, to);
  await Deno.chmod(to, mode);
}

if (import.meta.main) {
  const [executable, target, ...rest] = Deno.args;
  if (executable === undefined || target === undefined || rest.length > 0) {
    Deno.stderr.writeSync(new TextEncoder().encode("Usage: image_root.ts <executable> <folder>\n"));
    Deno.exit(EXIT_BAD_ARGUMENTS);
  }
  await makeImageRoot(executable, target);
}
