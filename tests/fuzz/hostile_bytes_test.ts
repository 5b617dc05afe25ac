import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { tryDecodeUtf8 } from "../../core/net/utf8.ts";
import { parseMessage } from "../../game/wire/json_message.ts";
import { HostileBytes, type Target } from "./hostile_bytes.ts";

const SAMPLE_COUNT = 10_000;

function sample(target: Target, seed: number): Uint8Array[] {
  const hostile = new HostileBytes(target, { seed });
  return Array.from({ length: SAMPLE_COUNT }, () => hostile.next());
}

Deno.test("HostileBytes gives the same bytes for the same seed, and others for another", () => {
  assertEquals(sample("auth_line", 5), sample("auth_line", 5));
  assertNotEquals(sample("auth_line", 5), sample("auth_line", 6));
});

Deno.test("HostileBytes meets every refusal of the game's messages, and every action", () => {
  const reasons = new Set<string>();
  const fields = new Set<string>();
  const actions = new Set<string>();
  for (const bytes of sample("datagram", 1)) {
    const text = tryDecodeUtf8(bytes);
    if (text === undefined) {
      reasons.add("invalid_encoding");
      continue;
    }
    const parsed = parseMessage(text);
    if (parsed.ok) actions.add(parsed.message.action);
    else reasons.add(parsed.reason);
    if (!parsed.ok && parsed.reason === "invalid_field") fields.add(parsed.field);
  }
  assertEquals([...reasons].sort(), [
    "empty",
    "invalid_encoding",
    "invalid_field",
    "invalid_json",
    "player_id_missing",
    "unknown_action",
  ]);
  assertEquals(
    [...fields].sort(),
    "challenge fire match_id mode position seq t throttle tick token turn turret".split(" "),
  );
  assertEquals(
    [...actions].sort(),
    "ack input join_game leave_game login move ping shoot".split(" "),
  );
});

Deno.test("HostileBytes goes below, to and beyond every bound on size", () => {
  for (const [target, bytesMax] of [["datagram", 1_200], ["game_line", 8_192]] as const) {
    const sizes = new Set(sample(target, 2).map((bytes) => bytes.length));
    for (const size of [0, bytesMax - 1, bytesMax, bytesMax + 1]) {
      assert(sizes.has(size), `${target} of ${size} bytes`);
    }
    assert(Math.max(...sizes) > 2 * bytesMax, target);
    assert(Math.max(...sizes) <= 65_507, target);
  }
});
