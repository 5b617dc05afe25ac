import { assertEquals } from "@std/assert";
import { parseCommandLine } from "./command_line.ts";

Deno.test("parseCommandLine runs without arguments, and knows each command", () => {
  assertEquals(parseCommandLine([]), { kind: "run" });
  for (const flag of ["--health", "--check-config", "--version", "--help"] as const) {
    assertEquals(parseCommandLine([flag]), { kind: "command", flag });
  }
});

Deno.test("parseCommandLine names an argument that it does not know, or one too many", () => {
  for (const argument of ["--helpp", "help", "", "--health=live"]) {
    assertEquals(parseCommandLine([argument]), { kind: "unknown", argument });
  }
  assertEquals(parseCommandLine(["--help", "--version"]), {
    kind: "unknown",
    argument: "--version",
  });
});
