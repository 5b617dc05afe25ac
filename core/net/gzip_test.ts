import { assertEquals } from "@std/assert";
import { gzip, takesGzip } from "./gzip.ts";

Deno.test("gzip compresses its parts as one text, which is UTF-8", async () => {
  const stream = new Blob([await gzip(["tan", "k т"])]).stream();
  const plain = new Response(stream.pipeThrough(new DecompressionStream("gzip")));
  assertEquals(await plain.text(), "tank т");
});

Deno.test("takesGzip goes by the name and its quality, and by * where there is no name", () => {
  const cases: readonly (readonly [header: string | null, expected: boolean])[] = [
    [null, false],
    ["", false],
    ["br", false],
    ["x-gzip", false],
    ["gzip", true],
    ["br, GZIP", true],
    ["deflate,gzip;q=0.5", true],
    ["gzip;q=0.001", true],
    ["gzip;q=0", false],
    ["GZIP ; q=0.00, br", false],
    ["*", true],
    ["*;q=0", false],
    ["gzip;q=0, *", false],
    ["*;q=0, gzip", true],
  ];
  for (const [header, expected] of cases) {
    assertEquals(takesGzip(header), expected, String(header));
  }
});
