import { assert, assertEquals } from "@std/assert";
import { ARENA_NAMES, tryArena } from "../simulation/built_in_arenas.ts";
import { ARENA_SIDE_UM_MAX, ARENA_WALLS_MAX } from "../simulation/arena.ts";
import { ARENA_BYTES_MAX, encodeArena, tryDecodeArena } from "./arena_blob.ts";
import { DATAGRAM_BYTES_MAX, DATAGRAM_TAG_BYTES } from "./datagram.ts";
import { JOIN_BYTES } from "./join_message.ts";
import { encodeWelcome, tryDecodeWelcome, WELCOME_ARENA_BYTES_MAX } from "./welcome_message.ts";

Deno.test("Every built-in arena fits a WELCOME with the longest ids, which is no longer than JOIN", () => {
  for (const name of ARENA_NAMES) {
    const arena = tryArena(name);
    assert(arena !== undefined);
    const bytes = encodeArena(arena);
    assert(bytes.length <= WELCOME_ARENA_BYTES_MAX, `${name}: ${bytes.length} bytes`);
    const datagram = new Uint8Array(DATAGRAM_BYTES_MAX);
    const message = {
      clientNonce: new Uint8Array(8),
      serverNonce: new Uint8Array(8),
      serverPublicKey: new Uint8Array(32),
      resumeToken: new Uint8Array(16),
      tick: 0xffffffff,
      tickRate: 60,
      snapshotRate: 60,
      timeLimitTicks: 0xffffffff,
      slot: 99,
      slotCount: 100,
      teamMax: 100,
      isResumed: true,
      inputSeq: 0xffffffff,
      tankId: "t".repeat(64),
      matchId: "m".repeat(64),
      arenaBytes: bytes.length,
      arenaStart: bytes,
    };
    const length = encodeWelcome(message, datagram);
    assert(length + DATAGRAM_TAG_BYTES <= JOIN_BYTES);
    assertEquals(tryDecodeWelcome(datagram, length), { ok: true, message });
    const { widthUm, heightUm, walls } = arena;
    assertEquals(tryDecodeArena(bytes), { ok: true, message: { name, widthUm, heightUm, walls } });
  }
});

Deno.test("The largest arena there can be is within its bound", () => {
  const side = ARENA_SIDE_UM_MAX;
  const wall = { xUm: side / 2 - 1, yUm: side / 2 - 1, widthUm: side / 2, heightUm: side / 2 };
  const walls = Array.from({ length: ARENA_WALLS_MAX }, () => wall);
  const bytes = encodeArena({ name: "n".repeat(32), widthUm: side, heightUm: side, walls });
  assert(bytes.length <= ARENA_BYTES_MAX, `${bytes.length} bytes`);
  assert(tryDecodeArena(bytes).ok);
});
