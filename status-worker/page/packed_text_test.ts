import { assert, assertEquals } from "@std/assert";
import { PackedText } from "./packed_text.ts";

function asking(encoding?: string): Request {
  const headers: Record<string, string> = encoding === undefined
    ? {}
    : { "accept-encoding": encoding };
  return new Request("http://localhost/", { headers });
}

Deno.test("PackedText is compressed for who takes gzip, and as it is for others", async () => {
  const text = "tank ".repeat(1_000);
  const packed = new PackedText(text);
  for (const encoding of [undefined, "br", "gzip;q=0", "GZIP ; q=0.00, br"]) {
    const response = await packed.respond(asking(encoding), { etag: "x" });
    assertEquals(response.headers.get("content-encoding"), null, encoding);
    assertEquals(await response.text(), text);
  }
  for (const encoding of ["gzip", "br, GZIP", "deflate, gzip;q=0.5"]) {
    const response = await packed.respond(asking(encoding), { etag: "x" });
    assertEquals(response.headers.get("content-encoding"), "gzip", encoding);
    assertEquals(response.headers.get("vary"), "accept-encoding");
    assertEquals(response.headers.get("etag"), "x");
    const bytes = await response.bytes();
    assert(bytes.length < 200);
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    assertEquals(await new Response(plain).text(), text);
  }
});
