import { assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { parseMessage } from "./json_message.ts";
import { JsonScanner } from "./json_scanner.ts";

const PLAIN: readonly string[] = [
  '{"action":"move","player_id":"p1","position":[10,20]}',
  '{"action":"move","player_id":"p1","position":[10.25,-0.5]}\n',
  '{"action": "move", "player_id": "p1", "position": [0, -0]}',
  '{"position":[1,2],"player_id":"a b","action":"move"}',
  '{"action":"shoot","player_id":"p1"}',
  '{"action":"ack","player_id":"p1","tick":123456}',
  '{"action":"input","player_id":"p1"}',
  '{"action":"input","player_id":"p1","seq":7,"throttle":1,"turn":-1,"turret":1.57,"fire":true}',
  '{"action":"input","player_id":"p1","turret":3.141592653589,"fire":false,"seq":0}',
  '{"action":"move","player_id":"p1","position":[123456789012345,0.00000000000001]}',
];

const LEFT_TO_THE_PARSER: readonly string[] = [
  "",
  "{}",
  "[]",
  ' {"action":"shoot","player_id":"p1"}',
  '{"action":"shoot","player_id":"p1"} ',
  '{"action":"shoot","player_id":"p1"}}',
  '{"action":"shoot","player_id":""}',
  '{"action":"shoot"}',
  '{"action":"shoot","player_id":"p\\u0031"}',
  '{"action":"shoot","player_id":"é"}',
  `{"action":"shoot","player_id":"${"a".repeat(65)}"}`,
  '{"action":"shoot","player_id":"p1","extra":1}',
  '{"action":"shoot","player_id":"p1","player_id":"p2"}',
  '{"action":"move","player_id":"p1"}',
  '{"action":"move","player_id":"p1","position":[1,2,3]}',
  '{"action":"move","player_id":"p1","position":[1e1,2]}',
  '{"action":"move","player_id":"p1","position":[01,2]}',
  '{"action":"move","player_id":"p1","position":[1.,2]}',
  '{"action":"move","player_id":"p1","position":[.5,2]}',
  '{"action":"move","player_id":"p1","position":[+1,2]}',
  '{"action":"move","player_id":"p1","position":[1234567890123456,2]}',
  '{"action":"input","player_id":"p1","seq":-1}',
  '{"action":"input","player_id":"p1","seq":1.5}',
  '{"action":"input","player_id":"p1","fire":truth}',
  '{"action":"input","player_id":"p1","tick":1}',
  '{"action":"ping","t":1}',
  '{"action":"join_game","player_id":"p1"}',
];

const encoder = new TextEncoder();

Deno.test("JsonScanner reads the plain form as the parser does", () => {
  const scanner = new JsonScanner();
  for (const text of PLAIN) {
    const message = scanner.tryScan(encoder.encode(text));
    assertEquals<unknown>({ ok: true, message }, parseMessage(text), text);
  }
});

Deno.test("JsonScanner leaves everything else to the parser", () => {
  const scanner = new JsonScanner();
  for (const text of LEFT_TO_THE_PARSER) {
    assertEquals(scanner.tryScan(encoder.encode(text)), undefined, text);
  }
});

Deno.test("JsonScanner never reads what the parser would read otherwise", () => {
  const seed = 7;
  const rng = new Rng(seed);
  const scanner = new JsonScanner();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let scanned = 0;
  for (let turn = 0; turn < 200_000; turn++) {
    const bytes = encoder.encode(rng.pick(PLAIN));
    for (let damage = rng.below(3); damage > 0; damage--) {
      bytes[rng.below(bytes.length)] = rng.below(4) === 0 ? rng.below(256) : 0x20 + rng.below(0x5f);
    }
    const message = scanner.tryScan(bytes);
    if (message === undefined) continue;
    scanned++;
    const text = decoder.decode(bytes);
    assertEquals<unknown>({ ok: true, message }, parseMessage(text), `seed ${seed}: ${text}`);
  }
  // About a third is undamaged.
  assertEquals(scanned > 50_000, true, `${scanned} scanned`);
});

Deno.test("JsonScanner reads numbers to the bit as JSON.parse does", () => {
  const rng = new Rng(11);
  const scanner = new JsonScanner();
  for (let turn = 0; turn < 20_000; turn++) {
    const whole = rng.below(10 ** (1 + rng.below(7)));
    const fraction = String(rng.nextU32()).slice(0, 1 + rng.below(8));
    const text = `${rng.below(2) ? "-" : ""}${whole}.${fraction}`;
    const json = `{"action":"move","player_id":"p","position":[${text},0]}`;
    const message = scanner.tryScan(encoder.encode(json));
    const xM = message?.action === "move" ? message.xM : undefined;
    assertEquals(xM, JSON.parse(text), text);
  }
});
