/** No image is built here: what the Dockerfile says is held against what it means, and its steps are run. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { IMAGE_DATA_FOLDER, IMAGE_EXECUTABLE, IMAGE_USER } from "../../deploy/image_root.ts";
import { runDeno } from "../../deploy/run_deno.ts";
import { ROOT } from "./compose_file.ts";
import { copySources, environmentOf, readDockerfile } from "./dockerfile.ts";

const instructions = await readDockerfile();
const stages = Math.max(...instructions.map(({ stage }) => stage));

/** What an instruction of the last stage says. */
function textOf(name: string): string {
  const found = instructions.filter((one) => one.stage === stages && one.name === name);
  assertEquals(found.length, 1, name);
  return found[0]?.text ?? "";
}

Deno.test("The image is built with the Deno that the tests run on, and starts from nothing", () => {
  assertEquals(instructions[0], {
    name: "ARG",
    text: `DENO_VERSION=${Deno.version.deno}`,
    stage: 0,
  });
  assertEquals(instructions[1]?.text, "denoland/deno:debian-${DENO_VERSION} AS build");
  assertEquals(textOf("FROM"), "scratch");
  assertEquals(textOf("COPY"), "--from=build /image/ /");
});

Deno.test("The image runs its executable as a number that owns its data, and asks it for its health", () => {
  assertEquals(textOf("USER"), `${IMAGE_USER}:${IMAGE_USER}`);
  assertEquals(textOf("ENTRYPOINT"), `["${IMAGE_EXECUTABLE}"]`);
  assertMatch(textOf("HEALTHCHECK"), new RegExp(`CMD \\["${IMAGE_EXECUTABLE}", "--health"\\]$`));
  assertEquals(textOf("VOLUME"), IMAGE_DATA_FOLDER);
  // ./data and /data are one folder then.
  assertEquals(textOf("WORKDIR"), "/");
  assertEquals(environmentOf(instructions), {
    OPS_HOST: "0.0.0.0",
    DATA_DIR: IMAGE_DATA_FOLDER,
    LOG_FORMAT: "json",
    DENO_TLS_CA_STORE: "mozilla,system",
    MALLOC_MMAP_THRESHOLD_: "4194304",
  });
});

Deno.test("The image's sources are found by what may be seen of the repository", async () => {
  const ignored = await Deno.readTextFile(new URL("deploy/Dockerfile.dockerignore", ROOT));
  const [first, ...patterns] = ignored.split("\n").filter((line) => line && !line.startsWith("#"));
  assertEquals(first, "*");
  const seen = patterns.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  const copied = instructions.filter(({ name, stage }) => name === "COPY" && stage < stages)
    .flatMap(({ text }) => text.split(" ").slice(0, -1));
  assertEquals(copied.toSorted(), seen.toSorted());
});

Deno.test({
  name:
    "The image's build needs no more than the sources that it copies, and the rights that it gives",
  // The folder of the data is given to the user of the image.
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn: () => runSteps(),
});

/** Runs the build's own steps with Deno; it stands in for the executable, which may not be there. */
async function runSteps(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await copySources(instructions, folder);
    const cwd = new URL(`file://${folder}/`);
    for (const { name, text } of instructions) {
      if (name !== "RUN" || !text.startsWith("deno ")) continue;
      const args = text.replace('"dist/$SERVICE"', Deno.execPath()).replace('"$SERVICE"', "auth")
        .replaceAll("/image", `${folder}/image`).split(" ").slice(1)
        .map((word) => word.replace(`deploy${folder}/image_root`, "deploy/image_root"));
      const { success, error } = await runDeno(args, { cwd });
      assert(success, `${text}: ${error}`);
    }
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert(names.includes("dist"));
    assert((await Deno.stat(`${folder}/image${IMAGE_EXECUTABLE}`)).isFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
