import { assert, assertEquals } from "@std/assert";
import { tagKeyFrom } from "../../core/net/datagram_tag.ts";
import { DATAGRAM_TYPES, HEADER_BYTES, newHeader, readHeader } from "../wire/datagram.ts";
import { FrameEvents } from "../wire/frame_events.ts";
import { SnapshotFrame } from "../wire/snapshot_frame.ts";
import { DatagramChannel } from "./datagram_channel.ts";
import { listEvents } from "./frame_event_list.ts";

const HERE = tagKeyFrom(new Uint8Array(16).fill(1));
const THERE = tagKeyFrom(new Uint8Array(16).fill(2));

function openEnds(): { readonly client: DatagramChannel; readonly server: DatagramChannel } {
  return {
    client: new DatagramChannel({ connectionId: 7, sendKey: HERE, receiveKey: THERE }),
    server: new DatagramChannel({ connectionId: 7, sendKey: THERE, receiveKey: HERE }),
  };
}

Deno.test("DatagramChannel takes what the other end sealed, once, and acknowledges it", () => {
  const { client, server } = openEnds();
  const header = newHeader();
  const datagrams = Array.from(
    { length: 5 },
    () => client.seal(DATAGRAM_TYPES.leave, () => HEADER_BYTES),
  );
  for (const index of [0, 3, 1]) {
    const datagram = datagrams[index];
    assert(datagram !== undefined);
    assertEquals(readHeader(datagram, "client", header), undefined);
    assertEquals(server.accept(datagram, header), undefined);
    assertEquals(server.accept(datagram, header), "replayed");
  }
  const answer = server.seal(DATAGRAM_TYPES.left, (into) => {
    into[HEADER_BYTES] = 0;
    return HEADER_BYTES + 1;
  });
  readHeader(answer, "server", header);
  assertEquals(client.accept(answer, header), undefined);
  assertEquals([client.ackOf(header), header.ackBits], [4, 0b110], "4, and 2 and 1 before it");
});

Deno.test("DatagramChannel takes nothing with another key or of another connection", () => {
  const { client } = openEnds();
  const other = new DatagramChannel({ connectionId: 8, sendKey: HERE, receiveKey: HERE });
  const mirror = new DatagramChannel({ connectionId: 7, sendKey: THERE, receiveKey: THERE });
  const datagram = client.seal(DATAGRAM_TYPES.leave, () => HEADER_BYTES);
  const header = newHeader();
  readHeader(datagram, "client", header);
  assertEquals(other.accept(datagram, header), "bad_connection");
  assertEquals(mirror.accept(datagram, header), "bad_tag");
});

Deno.test("DatagramChannel counts on beyond what sixteen bits hold", () => {
  const { client, server } = openEnds();
  const header = newHeader();
  let last: Uint8Array | undefined;
  for (let count = 0; count < 66_001; count++) {
    const datagram = client.seal(DATAGRAM_TYPES.leave, () => HEADER_BYTES);
    if (count % 1_000 !== 0) continue;
    readHeader(datagram, "client", header);
    assertEquals(server.accept(datagram, header), undefined, `${count}`);
    if (count === 1_000) last = datagram;
  }
  assertEquals(client.sentSequence, 66_001);
  assert(last !== undefined);
  readHeader(last, "client", header);
  assertEquals(server.accept(last, header), "bad_tag", "its number comes again, its tag does not");
});

Deno.test("Events are listed once each, by the names of the tanks", () => {
  const frame = new SnapshotFrame();
  frame.setNames(0, "a", "");
  frame.setNames(1, "b", "");
  const events = new FrameEvents();
  events.add(3, 4, 0);
  events.damage[events.add(1, 6, 0)] = 25;
  events.by[events.at(1)] = 1;
  events.by[events.add(2, 7, 0)] = 1;
  events.add(0, 7, 1);
  const about = { byTankId: undefined, damage: 0 };
  assertEquals(listEvents(events, frame, 0).map(({ kind }) => kind), [
    "respawned",
    "damaged",
    "destroyed",
    "shot",
  ]);
  assertEquals(listEvents(events, frame, 5), [
    { kind: "damaged", tick: 6, tankId: "a", byTankId: "b", damage: 25 },
    { ...about, kind: "destroyed", tick: 7, tankId: "a", byTankId: "b" },
    { ...about, kind: "shot", tick: 7, tankId: "b" },
  ]);
});
