/** Where libc is: the paths of Debian and others for the two processors whose layouts are known. */
const LIBC_PATHS: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6"],
  aarch64: ["/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6"],
};

/** One of those that we need, to see whether it can be had. */
const SYMBOLS = {
  recvmmsg: { parameters: ["i32", "usize", "u32", "i32", "usize"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The path of a libc that may be loaded here, or undefined where there is none or it may not. */
export function findLibc(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  for (const path of LIBC_PATHS[Deno.build.arch] ?? []) {
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      Deno.dlopen(path, SYMBOLS).close();
      return path;
    } catch {
      // It is not at this path, or lacks what we need.
    }
  }
  return undefined;
}
