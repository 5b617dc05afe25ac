import { assert, assertEquals } from "@std/assert";
import { tryJsonObject } from "../../core/json.ts";
import { WIRE_REFUSALS } from "../../game/wire/wire_refusal.ts";
import { answer } from "./answer.ts";
import { makeVectors } from "./make_vectors.ts";
import { type VectorCase, VECTORS_FOLDER, vectorText } from "./vector_file.ts";
import { readVectors, runVectors } from "./vector_runner.ts";

/** What an endpoint refuses by, and not the codec. */
const OF_ENDPOINTS: readonly string[] = ["bad_tag", "replayed"];

Deno.test("The vectors' files are what make_vectors.ts makes", async () => {
  for (const file of makeVectors()) {
    const text = await Deno.readTextFile(new URL(`${file.name}.json`, VECTORS_FOLDER));
    assert(text === vectorText(file), `${file.name}.json: run make_vectors.ts`);
  }
});

Deno.test("Our own codec answers every vector, through the door of any other codec", async () => {
  const codec = new URL("./codec.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const command = [Deno.execPath(), "run", "--quiet", "--no-check", `--config=${config}`, codec];
  const { cases, failures } = await runVectors(command, await readVectors());
  assertEquals(failures.map(({ name }) => name), []);
  assert(cases > 200, `only ${cases} cases`);
});

Deno.test("The runner finds answers that are missing or differ", async () => {
  const cases = (await readVectors()).slice(0, 3);
  const lines = [
    JSON.stringify({ id: 0, response: cases[0]?.response }),
    JSON.stringify({ id: 1, response: { ok: true } }),
    "no JSON",
  ].join("\n");
  const program = `await Deno.stdin.readable.pipeTo(new WritableStream());
    console.log(${JSON.stringify(lines)});`;
  const { failures } = await runVectors([Deno.execPath(), "eval", program], cases);
  assertEquals(failures.map(({ name }) => name), cases.slice(1).map(({ name }) => name));
});

Deno.test("Every reason to refuse a datagram has a vector", async () => {
  const seen = new Set((await readVectors()).flatMap(reasonsOf));
  const missing = WIRE_REFUSALS.filter((reason) => !seen.has(reason));
  assertEquals(missing, OF_ENDPOINTS);
});

Deno.test("Every datagram cut at any byte is refused", async () => {
  let cut = 0;
  for (const { name, request, response } of await readVectors()) {
    if (request.op !== "decode" || response.ok !== true) continue;
    const digits = String(request.datagram);
    for (let length = 0; length < digits.length; length += 2) {
      // What a datagram ends with is its tag: it is cut before that, and has eight bytes of its own again.
      const tag = response.header === undefined ? "" : "00".repeat(8);
      const end = length - tag.length;
      if (end < 0) continue;
      const datagram = `${digits.slice(0, end)}${tag}`;
      if (datagram.length >= digits.length) continue;
      const { ok } = answer({ ...request, datagram });
      assertEquals(ok, isWholeText(name, end) ? true : false, `${name}, ${length / 2} bytes`);
      cut += 1;
    }
  }
  assert(cut > 10_000, `only ${cut} cuts`);
});

Deno.test("Every snapshot cut at any byte is refused", async () => {
  let cut = 0;
  for (const { name, request, response } of await readVectors()) {
    const { datagrams } = request;
    const results = response.results;
    if (!Array.isArray(datagrams) || !Array.isArray(results)) continue;
    for (const index of [0, 1]) {
      const digits = String(datagrams[index]);
      const isFrame = tryJsonObject(results[index])?.kind === "frame";
      for (let length = 14; isFrame && length < digits.length / 2 - 8; length++) {
        const cutOne = `${digits.slice(0, length * 2)}${"00".repeat(8)}`;
        const answered = answer({ ...request, datagrams: [...datagrams.slice(0, index), cutOne] });
        const last = Array.isArray(answered.results) ? answered.results.at(-1) : undefined;
        assertEquals(tryJsonObject(last)?.kind, "refused", `${name}, ${index}, ${length} bytes`);
        cut += 1;
      }
    }
  }
  assert(cut > 500, `only ${cut} cuts`);
});

/** ARENA has bytes up to its end: a shorter one is another one. */
function isWholeText(name: string, endDigits: number): boolean {
  return name.startsWith("ARENA:") && endDigits / 2 > 16;
}

function reasonsOf({ response }: VectorCase): string[] {
  const results = Array.isArray(response.results) ? response.results : [];
  return [response, ...results].flatMap((value) => {
    const reason = tryJsonObject(value)?.reason;
    return typeof reason === "string" ? [reason] : [];
  });
}
