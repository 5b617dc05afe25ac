import { assertEquals, assertNotEquals } from "@std/assert";
import { encodeMatchOwner, matchCheckpointKey, tryParseMatchOwner } from "./match_owner.ts";

const OWNER = { serverId: "game-1", epoch: 2, host: "10.0.0.1", udpPort: 9999 };

Deno.test("A match's owner comes out as it went in", () => {
  assertEquals(tryParseMatchOwner(encodeMatchOwner(OWNER)), OWNER);
  const withdrawn = { ...OWNER, offers: 2 };
  assertEquals(tryParseMatchOwner(encodeMatchOwner(withdrawn)), withdrawn);
  const offered = { ...OWNER, offers: 1, offeredTo: "game-2" };
  assertEquals(tryParseMatchOwner(encodeMatchOwner(offered)), offered);
});

Deno.test("What is no owner is none", () => {
  const good = { server_id: "game-1", epoch: 1, host: "", udp_port: 1 };
  assertEquals(tryParseMatchOwner(JSON.stringify(good))?.epoch, 1);
  const bad = [{ server_id: "a b" }, { epoch: 0 }, { epoch: "1" }, { host: 1 }, { udp_port: 0.5 }];
  const badOffers = [{ offers: 0 }, { offers: "1" }, { offers: 1, offered_to: "a b" }];
  for (const change of [...bad, ...badOffers]) {
    assertEquals(tryParseMatchOwner(JSON.stringify({ ...good, ...change })), undefined);
  }
  for (const text of ["", "game-1", "null"]) assertEquals(tryParseMatchOwner(text), undefined);
});

Deno.test("Each epoch of a match has a checkpoint of its own", () => {
  assertEquals(matchCheckpointKey("m", 1), "match:m:checkpoint:1");
  assertNotEquals(matchCheckpointKey("m", 1), matchCheckpointKey("m", 2));
});
