import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseServiceTarget, SERVICES, toPermissionFlags } from "./service_target.ts";

const DENO_JSON = JSON.stringify({
  tasks: {
    game: {
      command:
        "deno run --no-prompt --allow-net=0.0.0.0 --allow-read=./data,./core --allow-write=./data --allow-env=GAME_*,DB_* --allow-ffi=/lib/libc.so.6 --ignore-env game/main.ts",
    },
    auth: { command: "deno run --allow-env=AUTH_* --ignore-env auth/main.ts" },
    open: { command: "deno run --allow-env=AUTH_* auth/main.ts" },
    free: { command: "deno run --ignore-env auth/main.ts" },
    bench: { command: "deno bench --allow-env=A --ignore-env" },
    text: "deno run --allow-env=AUTH_* --ignore-env auth/main.ts",
  },
});

Deno.test("parseServiceTarget takes entrypoint, variables and libraries from the task", () => {
  assertEquals(parseServiceTarget(DENO_JSON, "game"), {
    name: "game",
    main: "game/main.ts",
    variables: "GAME_*,DB_*",
    libraries: "/lib/libc.so.6",
  });
  assertEquals(parseServiceTarget(DENO_JSON, "auth").libraries, undefined);
});

Deno.test("parseServiceTarget refuses what is no service's task", () => {
  for (const name of ["open", "free", "bench", "text", "absent"]) {
    assertThrows(() => parseServiceTarget(DENO_JSON, name), Error, `the task ${name}`);
  }
});

Deno.test("parseServiceTarget reads every service in deno.json", async () => {
  const text = await Deno.readTextFile("deno.json");
  for (const name of SERVICES) {
    const { main, variables } = parseServiceTarget(text, name);
    assert((await Deno.stat(main)).isFile, main);
    assert(variables.split(",").includes("DATA_DIR"), name);
    assertEquals(variables.split(",").filter((variable) => variable === "*"), [], name);
  }
});

Deno.test("toPermissionFlags gives no more than the task but any address and a volume", () => {
  assertEquals(toPermissionFlags(parseServiceTarget(DENO_JSON, "game")), [
    "--no-prompt",
    "--allow-net",
    "--allow-read=./data,/data",
    "--allow-write=./data,/data",
    "--allow-env=GAME_*,DB_*",
    "--allow-ffi=/lib/libc.so.6",
    "--allow-import=jsr.io:443",
    "--ignore-env",
  ]);
  const flags = toPermissionFlags(parseServiceTarget(DENO_JSON, "auth"), { read: ["/src/core"] });
  assert(flags.includes("--allow-read=./data,/data,/src/core"));
  assertEquals(flags.some((flag) => flag.startsWith("--allow-ffi")), false);
});
