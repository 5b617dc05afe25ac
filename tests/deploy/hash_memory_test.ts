import { assert } from "@std/assert";
import { runScript } from "../clients/script_process.ts";
import { environmentOf, readDockerfile } from "./dockerfile.ts";

/** More than what a process has without hashes, 40 to 60 MiB; without the image's setting it is 150 and more. */
const MIB_MAX = 100;

/** Hashes, eight at once and three times, each in another thread; then says how many MiB it has. */
const SCRIPT = `
import { hashPassword, SCRYPT_PARAMETERS } from "./auth/password_hash.ts";
for (let round = 0; round < 3; round++) {
  await Promise.all(Array.from({ length: 8 }, () => hashPassword("a password", SCRYPT_PARAMETERS)));
}
const status = Deno.readTextFileSync("/proc/self/status");
console.log("MiB", Number(/VmRSS:\\s+(\\d+)/.exec(status)?.[1]) / 1_024);
`;

Deno.test({
  name: "The image gives the memory of password hashes back",
  // Its allocator is glibc's.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { code, text } = await runScript(SCRIPT, { env: environmentOf(await readDockerfile()) });
    const mib = Number(/MiB ([\d.]+)/.exec(text)?.[1]);
    assert(code === 0 && mib <= MIB_MAX, text);
  },
});
