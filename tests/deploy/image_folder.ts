import {
  IMAGE_DATA_FOLDER,
  IMAGE_EXECUTABLE,
  IMAGE_USER,
  makeImageRoot,
} from "../../deploy/image_root.ts";
import { runDeno } from "../../deploy/run_deno.ts";
import { parseServiceTarget, toPermissionFlags } from "../../deploy/service_target.ts";
import { ROOT } from "./compose_file.ts";
import { copySources, environmentOf, readDockerfile } from "./dockerfile.ts";

/** Beside what an image has: the sources, and the packages that an executable would carry. */
const SOURCE_FOLDER = "/src";
const PACKAGE_FOLDER = "/deno-dir";

/**
 * A container without Docker: what a container's root and /proc are, for one process. The root cannot be
 * written to, but for the folder of the data; the mounts end with the process.
 */
const CONTAIN = [
  'root=$1 data=$2 user=$3; shift 3; mkdir -p "$root/proc"',
  'mount --bind "$root" "$root" && mount -t proc proc "$root/proc"',
  'mount --bind "$root$data" "$root$data" && mount -o remount,ro,bind "$root"',
  'exec chroot --userspec="$user:$user" "$root" "$@"',
].join(" && ");

/** The root folder of an image, with Deno as its executable. */
export class ImageFolder {
  /** Where it is here. */
  readonly path: string;
  readonly #denoJson: string;
  readonly #imageEnv: Readonly<Record<string, string>>;

  private constructor(path: string, denoJson: string, imageEnv: Record<string, string>) {
    this.path = path;
    this.#denoJson = denoJson;
    this.#imageEnv = imageEnv;
  }

  /** Makes one. */
  static async make(): Promise<ImageFolder> {
    const path = await Deno.makeTempDir({ prefix: "tanks-image-" });
    await Deno.chmod(path, 0o755);
    await makeImageRoot(Deno.execPath(), path);
    const denoJson = await Deno.readTextFile(new URL("deno.json", ROOT));
    return new ImageFolder(path, denoJson, environmentOf(await readDockerfile()));
  }

  /** The files and folders in it, but for those that lead to one; sorted. */
  async list(): Promise<string[]> {
    const paths: string[] = [];
    const visit = async (folder: string): Promise<void> => {
      const entries = await Array.fromAsync(Deno.readDir(`${this.path}${folder}`));
      if (entries.length === 0) paths.push(`${folder}/`);
      for (const { name, isDirectory } of entries) {
        if (isDirectory) await visit(`${folder}/${name}`);
        else paths.push(`${folder}/${name}`);
      }
    };
    await visit("");
    return paths.toSorted();
  }

  /** Adds what the executable of a service carries in it: sources and packages. */
  async addSources(): Promise<void> {
    await copySources(await readDockerfile(), `${this.path}${SOURCE_FOLDER}`);
    const { npmCache } = JSON.parse((await runDeno(["info", "--json"], { cwd: ROOT })).output);
    await Deno.mkdir(`${this.path}${PACKAGE_FOLDER}`);
    const copy = new Deno.Command("cp", {
      args: ["-r", npmCache, `${this.path}${PACKAGE_FOLDER}/npm`],
    });
    if (!(await copy.output()).success) throw new Error(`Cannot copy ${npmCache}`);
  }

  /** A service in it, with the rights of its executable and the environment of its image. */
  service(
    name: string,
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): Deno.Command {
    const target = parseServiceTarget(this.#denoJson, name);
    // An executable has its Workers in it.
    const flags = toPermissionFlags(target, { read: [`${SOURCE_FOLDER}/core`] });
    const script = `${SOURCE_FOLDER}/${target.main}`;
    return this.run(["run", "--quiet", "--cached-only", "--frozen", ...flags, script, ...args], {
      ...this.#imageEnv,
      ...env,
      DENO_DIR: PACKAGE_FOLDER,
    });
  }

  /** The executable in it, with some arguments and an environment that is otherwise empty. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Deno.Command {
    const path = Deno.env.get("PATH") ?? "";
    return new Deno.Command("unshare", {
      args: [
        ...["--mount", "sh", "-c", CONTAIN, "sh"],
        ...[this.path, IMAGE_DATA_FOLDER, String(IMAGE_USER), IMAGE_EXECUTABLE, ...args],
      ],
      clearEnv: true,
      env: { PATH: `${path}:/usr/sbin:/sbin`, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** What can be said against running something in an {@linkcode ImageFolder}; undefined where nothing can. */
export async function whyNoImageFolder(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "only root may change its root folder";
  try {
    const args = ["--mount", "true"];
    const { success } = await new Deno.Command("unshare", { args, stderr: "null" }).output();
    return success ? undefined : "mounting is not permitted";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "unshare is not installed";
    throw error;
  }
}
