import { assertEquals } from "@std/assert";
import { readSecret, type SecretSource } from "./secret_input.ts";

interface Typed extends SecretSource {
  readonly said: string[];
  readonly raws: boolean[];
}

function typed(chunks: readonly string[], isTerminal: boolean): Typed {
  const left = chunks.map((chunk) => new TextEncoder().encode(chunk));
  const [said, raws]: [string[], boolean[]] = [[], []];
  return {
    said,
    raws,
    isTerminal: () => isTerminal,
    setRaw: (isRaw) => void raws.push(isRaw),
    read: (bytes) => {
      const chunk = left.shift();
      if (chunk === undefined) return Promise.resolve(null);
      bytes.set(chunk);
      return Promise.resolve(chunk.length);
    },
    say: (text) => void said.push(text),
  };
}

Deno.test("Secret is a line of standard input", async () => {
  const cases: readonly (readonly [string[], string | undefined])[] = [
    [["tank-battle-3\n"], "tank-battle-3"],
    [["tank-", "battle-3", "\r\n"], "tank-battle-3"],
    [["tank-battle-3"], "tank-battle-3"],
    [["пароль\n"], "пароль"],
    [["first\nsecond\n"], "first"],
    [[], undefined],
    [Array.from({ length: 100 }, () => "x".repeat(200)), undefined],
  ];
  for (const [chunks, secret] of cases) {
    const source = typed(chunks, false);
    assertEquals(await readSecret(source), secret);
    assertEquals([source.said, source.raws], [[], []]);
  }
});

Deno.test("Secret is typed twice at a terminal, and never shown", async () => {
  const source = typed(["s", "e", "x", "\x7f", "cret", "\r", "secret\r"], true);
  assertEquals(await readSecret(source), "secret");
  assertEquals(source.raws, [true, false]);
  assertEquals(source.said.join("").includes("s3cret"), false);
  assertEquals(source.said.join("").match(/secret/), null);
});

Deno.test("Secret that is typed ahead is read as well", async () => {
  assertEquals(await readSecret(typed(["secret\rsecret\r"], true)), "secret");
  assertEquals(await readSecret(typed(["secret\nsec", "ret\n"], true)), "secret");
});

Deno.test("Secret that is typed differently, or given up, is none", async () => {
  for (
    const chunks of [["secret\r", "secrets\r"], ["sec\x03"], ["\x04"], ["secret\r"], ["\r", "\r"]]
  ) {
    const source = typed(chunks, true);
    assertEquals(await readSecret(source) || undefined, undefined, JSON.stringify(chunks));
    assertEquals(source.raws.at(-1), false);
  }
});

Deno.test("Secret loses its last character, of however many bytes, by a backspace", async () => {
  assertEquals(await readSecret(typed(["пя\x7f\x7f\x7fж\r", "ж\r"], true)), "ж");
});
