import { assertEquals } from "@std/assert";
import { encodeServerStatus, isServerId, tryParseServerStatus } from "./server_status.ts";

const WIRE = {
  server_id: "k8s-pod-name-spb-1a",
  region: "RU-SPE",
  city: "Saint Petersburg",
  public_ip: "1.2.3.4",
  current_players: 50,
  running_matches: 10,
  max_matches: 20,
  udp_port: 9999,
  tick_p99_ms: 4.5,
  draining: false,
};

Deno.test("Server status comes out as it went in, in the fields of the protocol", () => {
  const status = tryParseServerStatus(JSON.stringify({ ...WIRE, added_later: 1 }));
  assertEquals(status, {
    serverId: "k8s-pod-name-spb-1a",
    region: "RU-SPE",
    city: "Saint Petersburg",
    publicIp: "1.2.3.4",
    currentPlayers: 50,
    runningMatches: 10,
    maxMatches: 20,
    udpPort: 9999,
    tickP99Ms: 4.5,
    draining: false,
  });
  assertEquals(status && JSON.parse(encodeServerStatus(status)), WIRE);
});

Deno.test("Server status may lack a public address", () => {
  for (const publicIp of [undefined, ""]) {
    const status = tryParseServerStatus(JSON.stringify({ ...WIRE, public_ip: publicIp }));
    assertEquals(status && status.publicIp, undefined);
    assertEquals(status && JSON.parse(encodeServerStatus(status)).public_ip, "");
  }
});

Deno.test("Server status with a bad field is none", async (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["server_id", ""],
    ["server_id", "with space"],
    ["server_id", "a.*"],
    ["server_id", "x".repeat(65)],
    ["region", 7],
    ["city", "x".repeat(129)],
    ["public_ip", "1.2.3.4/evil?"],
    ["public_ip", null],
    ["current_players", -1],
    ["current_players", 1.5],
    ["running_matches", "10"],
    ["max_matches", 1e9],
    ["udp_port", 65_536],
    ["tick_p99_ms", -0.1],
    ["tick_p99_ms", null],
    ["draining", undefined],
  ];
  for (const [field, value] of cases) {
    await t.step(`${field} = ${JSON.stringify(value)}`, () => {
      assertEquals(tryParseServerStatus(JSON.stringify({ ...WIRE, [field]: value })), undefined);
    });
  }
  for (const payload of ["", "no json", "null", "[]", "7"]) {
    assertEquals(tryParseServerStatus(payload), undefined, payload);
  }
});

Deno.test("A server's id is what may stand in a subject", () => {
  assertEquals(["game-1", "a.b_c", "x".repeat(64)].map(isServerId), [true, true, true]);
  assertEquals(["", ".a", "a..b", "a.", "a b", ">", "ж"].map(isServerId).includes(true), false);
});
