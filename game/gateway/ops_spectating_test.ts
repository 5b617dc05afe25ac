import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { encodeMatchOwner, matchOwnerKey } from "../../core/protocol/match_owner.ts";
import { OpsSpectating, WATCH_PATIENCE_MS, WATCH_RENEWED_MS } from "./ops_spectating.ts";

interface Bench {
  readonly spectating: OpsSpectating;
  readonly clock: ManualClock;
  /** What the page was told. */
  readonly told: string[];
  /** Which servers were asked. */
  readonly asked: string[];
  own(serverId: string): Promise<void>;
  disown(): Promise<void>;
  push(payload: string): Promise<void>;
  wait(ms: number): Promise<void>;
}

async function openBench(reply = '{"ok":true,"about":{"epoch":1}}'): Promise<Bench> {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const kvStore = new MemoryKvStore({ clock });
  const told: string[] = [];
  const asked: string[] = [];
  for (const serverId of ["a", "b"]) {
    pubSub.subscribe(`server.command.${serverId}`, (message) => {
      asked.push(serverId);
      message.respond(reply);
    });
  }
  const own = (serverId: string): Promise<boolean | void> =>
    kvStore.set(
      matchOwnerKey("m"),
      encodeMatchOwner({ serverId, epoch: 1, host: "", udpPort: 1 }),
    );
  await own("a");
  const spectating = new OpsSpectating("m", {
    ...{ kvStore, pubSub, clock, log: silentLog, watcher: "w" },
    onMatch: ({ server_id: serverId }) => void told.push(`match on ${serverId}`),
    onState: (text) => void told.push(`state ${text}`),
    onOver: (text) => void told.push(`over ${text}`),
    onEnd: (reason) => void told.push(`end ${reason}`),
  });
  const wait = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 250) {
      await clock.advance(Math.min(left, 250));
      spectating.check();
      await clock.advance(0);
    }
  };
  await clock.advance(0);
  return {
    ...{ spectating, clock, told, asked, wait },
    own: async (serverId) => void await own(serverId),
    disown: async () => void await kvStore.delete(matchOwnerKey("m")),
    push: async (payload) => {
      pubSub.publish("match.m.spectate", payload);
      await clock.advance(0);
    },
  };
}

Deno.test("OpsSpectating renews as long as somebody watches, and passes states on", async () => {
  const { told, asked, push, wait, spectating } = await openBench();
  await push('s{"tick":1}');
  assertEquals(told, ["match on a", 'state {"tick":1}']);
  await wait(WATCH_RENEWED_MS * 2);
  assertEquals(asked, ["a", "a", "a"]);
  await spectating.close();
  await wait(WATCH_RENEWED_MS * 2);
  await push('s{"tick":2}');
  assertEquals([asked.length, told.length], [3, 4]);
});

Deno.test("OpsSpectating follows a match to another server, which may take a while", async () => {
  const { told, own, disown, wait, spectating } = await openBench();
  await disown();
  await wait(WATCH_PATIENCE_MS - WATCH_RENEWED_MS);
  await own("b");
  await wait(WATCH_RENEWED_MS);
  assertEquals(told, ["match on a", "match on b"]);
  await disown();
  await wait(WATCH_PATIENCE_MS + WATCH_RENEWED_MS);
  assertEquals(told.at(-1), "end unknown_match");
  await spectating.close();
});

Deno.test("OpsSpectating says that a match is over, was ended, or takes no more who watch", async () => {
  const over = await openBench();
  await over.push('o{"type":"MATCH_OVER"}');
  // What comes with the end of its session is no news.
  await over.push('n{"kind":"ended","session":"m","reason":"match_over"}');
  assertEquals(over.told.slice(1), ['over {"type":"MATCH_OVER"}']);
  const ended = await openBench();
  await ended.push('n{"kind":"ended","session":"m","reason":"fault"}');
  assertEquals(ended.told.slice(1), ["end fault"]);
  const full = await openBench('{"ok":false,"reason":"full"}');
  assertEquals(full.told, ["end full"]);
  for (const { spectating } of [over, ended, full]) await spectating.close();
});
