import { assertEquals, assertThrows } from "@std/assert";
import { findMissing, parseEmbeddedFiles } from "./embedded_files.ts";

const PRINTED = `Compile auth/main.ts to dist/auth

Embedded Files

auth
├─┬ .deno_compile_node_modules (8.51MB - 8.46MB unique)
│ └─┬ localhost (8.51MB - 8.46MB unique)
│   └── ioredis/6.0.0/* (1.24MB - 1.23MB unique)
├── auth/main.ts (781B)
└─┬ core (1.15MB)
  ├─┬ net (601.39KB)
  │ └── udp_worker.ts (3.09KB)
  └── log.ts (3KB)

Files: 10.01MB
Metadata: 5.19KB`;

Deno.test("parseEmbeddedFiles reads the tree that deno compile prints", () => {
  const { paths, size } = parseEmbeddedFiles(PRINTED);
  assertEquals([...paths], [
    ".deno_compile_node_modules",
    ".deno_compile_node_modules/localhost",
    ".deno_compile_node_modules/localhost/ioredis/6.0.0/*",
    "auth/main.ts",
    "core",
    "core/net",
    "core/net/udp_worker.ts",
    "core/log.ts",
  ]);
  assertEquals(size, "10.01MB");
});

Deno.test("parseEmbeddedFiles refuses a text without a tree, or without its size", () => {
  assertThrows(
    () => parseEmbeddedFiles("Compile auth/main.ts\n\nFiles: 1MB"),
    Error,
    "Cannot read",
  );
  assertThrows(() => parseEmbeddedFiles("auth\n└── main.ts (1B)\n"), Error, "Cannot read");
});

Deno.test("findMissing names files that are not there, and knows whole folders", () => {
  const embedded = parseEmbeddedFiles(PRINTED);
  assertEquals(
    findMissing(["auth/main.ts", "core/net/udp_worker.ts", "core/net/udp.ts"], embedded),
    ["core/net/udp.ts"],
  );
  const folder = { paths: new Set(["core/net/*"]), size: "1B" };
  assertEquals(findMissing(["core/net/a.ts", "core/net/b/c.ts", "core/a.ts"], folder), [
    "core/a.ts",
  ]);
});
