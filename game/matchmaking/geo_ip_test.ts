import { assertEquals, assertRejects } from "@std/assert";
import { NO_GEO_IP, openGeoIp } from "./geo_ip.ts";

Deno.test("GeoIp says where the addresses are that its database knows", async () => {
  const path = await Deno.makeTempFile({ suffix: ".mmdb" });
  try {
    const position = { latitude: 59.94, longitude: 30.31 };
    await Deno.writeFile(path, encodeDatabase(5, position));
    const geoIp = await openGeoIp(path);
    assertEquals(geoIp.find("5.6.7.8"), position);
    for (const ip of ["6.6.7.8", "127.0.0.1", "", "example.com", "::1"]) {
      assertEquals(geoIp.find(ip), undefined, ip);
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("GeoIp does not open what is no database", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "no database");
    await assertRejects(() => openGeoIp(path), Error, `Cannot open the GeoIP database ${path}`);
    await assertRejects(() => openGeoIp(`${path}-none`), Error, "Cannot open the GeoIP database");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("Without a database no address is known", () => {
  assertEquals(NO_GEO_IP.find("5.6.7.8"), undefined);
});

/**
 * A database that knows one network, `<first>.0.0.0/8`, in MaxMind's format
 * (https://maxmind.github.io/MaxMind-DB/): a search tree of 24-bit records, data, metadata.
 */
function encodeDatabase(first: number, location: Record<string, number>): Uint8Array<ArrayBuffer> {
  const nodeCount = 8;
  const dataAt = nodeCount + 16;
  const tree = Array.from({ length: nodeCount }, (_, depth) => {
    const next = depth === nodeCount - 1 ? dataAt : depth + 1;
    const isRight = ((first >> (7 - depth)) & 1) === 1;
    const [left, right] = isRight ? [nodeCount, next] : [next, nodeCount];
    return [0, 0, left, 0, 0, right];
  }).flat();
  const data = encodeMap({ location: encodeMap(mapValues(location, encodeDouble)) });
  const metadata = encodeMap({
    node_count: [0xc1, nodeCount],
    record_size: [0xa1, 24],
    ip_version: [0xa1, 4],
    database_type: encodeText("Test-City"),
    languages: [0x00, 0x04],
    binary_format_major_version: [0xa1, 2],
    binary_format_minor_version: [0xa0],
    build_epoch: [0x01, 0x02, 1],
    description: encodeMap({}),
  });
  const marker = [0xab, 0xcd, 0xef, ...new TextEncoder().encode("MaxMind.com")];
  return new Uint8Array([
    ...tree,
    ...new Array<number>(16).fill(0),
    ...data,
    ...marker,
    ...metadata,
  ]);
}

function encodeMap(fields: Readonly<Record<string, readonly number[]>>): number[] {
  const entries = Object.entries(fields);
  return [
    0xe0 | entries.length,
    ...entries.flatMap(([key, value]) => [...encodeText(key), ...value]),
  ];
}

function encodeText(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  // 29 and more take another byte for the length.
  return bytes.length < 29 ? [0x40 | bytes.length, ...bytes] : [0x5d, bytes.length - 29, ...bytes];
}

function encodeDouble(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return [0x68, ...new Uint8Array(view.buffer)];
}

function mapValues<Value>(
  fields: Readonly<Record<string, number>>,
  change: (value: number) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));
}
