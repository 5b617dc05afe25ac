import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { parseJsonObject } from "../../tests/clients/json_fields.ts";
import {
  FRAMES_PER_PERIOD_MAX,
  OPS_AUTH_MS_MAX,
  OPS_PERIOD_MS,
  OpsSession,
} from "./ops_session.ts";

interface Bench {
  readonly clock: ManualClock;
  readonly session: OpsSession;
  readonly sent: JsonObject[];
  readonly closes: number[];
  /** What was asked, and what is watched. */
  readonly asked: string[];
  say(frame: JsonObject): Promise<void>;
  wait(ms: number): Promise<void>;
  typesSent(): unknown[];
}

function openBench(options: { readonly fails?: boolean } = {}): Bench {
  const clock = new ManualClock();
  const sent: JsonObject[] = [];
  const closes: number[] = [];
  const asked: string[] = [];
  const socket = {
    bufferedAmount: 0,
    send: (text: string) => void sent.push(parseJsonObject(text)),
    close: (code: number) => void closes.push(code),
  };
  const session = new OpsSession(socket, {
    clock,
    log: silentLog,
    admit: (token) => Promise.resolve(token === "good" ? undefined : "wrong_token"),
    view: {
      overview: () => {
        asked.push("overview");
        return options.fails ? Promise.reject(new Error("broken")) : Promise.resolve({ now_ms: 1 });
      },
      server: (serverId, filter = "") => {
        asked.push(`server ${serverId} ${filter}`.trim());
        return Promise.resolve({ ok: true, about: { x: 1 } });
      },
    },
    spectate: (matchId, { onState, onMatch }) => {
      asked.push(`watch ${matchId}`);
      onMatch({ epoch: 1 });
      onState('{"type":"WORLD_STATE","tick":1}');
      return {
        check: () => {},
        close: () => {
          asked.push(`leave ${matchId}`);
          return Promise.resolve();
        },
      };
    },
  });
  return {
    ...{ clock, session, sent, closes, asked },
    say: async (frame) => {
      session.onFrame(JSON.stringify(frame));
      await session.settled();
    },
    wait: async (ms) => {
      await clock.advance(ms);
      session.check();
      await session.settled();
    },
    typesSent: () => sent.splice(0).map(({ type }) => type),
  };
}

Deno.test("OpsSession tells a page each second how things are, once it has shown the token", async () => {
  const { say, wait, typesSent, asked } = openBench();
  await wait(1_000);
  assertEquals([typesSent(), asked], [[], []]);
  await say({ type: "AUTH", token: "good" });
  assertEquals(typesSent(), ["AUTH_OK", "OVERVIEW"]);
  await wait(OPS_PERIOD_MS - 1);
  assertEquals(typesSent(), []);
  await wait(1);
  assertEquals(typesSent(), ["OVERVIEW"]);
  await say({ type: "LOOK", server_id: "a", filter: "bob" });
  assertEquals([typesSent(), asked.at(-1)], [["OVERVIEW", "SERVER"], "server a bob"]);
});

Deno.test("OpsSession asks nobody for a page that has gone", async () => {
  const { say, wait, session, asked } = openBench();
  await say({ type: "AUTH", token: "good" });
  await say({ type: "SPECTATE", match_id: "m" });
  session.onClose();
  asked.length = 0;
  await wait(OPS_PERIOD_MS);
  assertEquals(asked, []);
});

Deno.test("OpsSession refuses a wrong token, one that is late, and whatever comes before it", async () => {
  const wrong = openBench();
  await wrong.say({ type: "AUTH", token: "bad" });
  assertEquals(wrong.sent, [{ type: "AUTH_FAILED", reason: "wrong_token" }]);
  const late = openBench();
  await late.wait(OPS_AUTH_MS_MAX);
  const rash = openBench();
  await rash.say({ type: "SPECTATE", match_id: "m" });
  assertEquals([wrong.closes, late.closes, rash.closes], [[4401], [4401], [4401]]);
  assertEquals([wrong.asked, late.asked, rash.asked], [[], [], []]);
});

Deno.test("OpsSession watches one match at a time, until it is told to stop", async () => {
  const { say, typesSent, asked } = openBench();
  await say({ type: "AUTH", token: "good" });
  typesSent();
  asked.length = 0;
  await say({ type: "SPECTATE", match_id: "m" });
  assertEquals(typesSent(), ["SPECTATING", "WORLD_STATE"]);
  await say({ type: "SPECTATE", match_id: "n" });
  await say({ type: "STOP" });
  assertEquals(asked, ["watch m", "leave m", "watch n", "leave n"]);
});

Deno.test("OpsSession closes who speaks nonsense, or too much", async () => {
  const nonsense = openBench();
  await nonsense.say({ type: "DANCE" });
  const loud = openBench();
  await loud.say({ type: "AUTH", token: "good" });
  for (let index = 0; index < 40; index++) await loud.say({ type: "STOP" });
  assertEquals([nonsense.closes, loud.closes], [[4400], [4429]]);
});

Deno.test("OpsSession that meets a fault of ours ends, and nothing else does", async () => {
  const { say, closes } = openBench({ fails: true });
  await say({ type: "AUTH", token: "good" });
  assertEquals(closes, [4001]);
});

Deno.test("OpsSession closes a page that looks about faster than anybody does", async () => {
  const { say, wait, closes, asked } = openBench();
  await say({ type: "AUTH", token: "good" });
  for (let period = 0; period < 3; period++) {
    await wait(OPS_PERIOD_MS);
    for (let count = 0; count < FRAMES_PER_PERIOD_MAX; count++) await say({ type: "LOOK" });
    assertEquals(closes, []);
  }
  await say({ type: "LOOK" });
  assertEquals(closes, [4429]);
  assertEquals(asked.length <= 3 * (FRAMES_PER_PERIOD_MAX + 1) + 1, true);
});
