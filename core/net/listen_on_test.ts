import { assertEquals, assertThrows } from "@std/assert";
import { listenOn } from "./listen_on.ts";

Deno.test("listenOn gives what was opened, or an error that names the address", () => {
  const target = { transport: "tcp", hostname: "127.0.0.1", port: 8888 } as const;
  assertEquals(listenOn(target, () => 7), 7);
  const cause = new Deno.errors.AddrInUse("taken");
  const error = assertThrows(
    () =>
      listenOn(target, () => {
        throw cause;
      }),
    Error,
    "Cannot listen on tcp 127.0.0.1:8888",
  );
  assertEquals(error.cause, cause);
});
