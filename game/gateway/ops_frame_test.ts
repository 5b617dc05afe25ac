import { assertEquals } from "@std/assert";
import { OPS_FRAME_LENGTH_MAX, tryOpsFrame } from "./ops_frame.ts";

Deno.test("OpsFrame is what a page of ours says", () => {
  const frames = [
    [{ type: "AUTH", token: "t" }, { type: "AUTH", token: "t" }],
    [{ type: "LOOK" }, { type: "LOOK", serverId: undefined, filter: undefined }],
    [{ type: "LOOK", server_id: "eu-1.a", filter: "bob" }, {
      type: "LOOK",
      serverId: "eu-1.a",
      filter: "bob",
    }],
    [{ type: "LOOK", server_id: "a", filter: "" }, {
      type: "LOOK",
      serverId: "a",
      filter: undefined,
    }],
    [{ type: "SPECTATE", match_id: "m 1", x: 1 }, { type: "SPECTATE", matchId: "m 1" }],
    [{ type: "STOP" }, { type: "STOP" }],
  ] as const;
  for (const [fields, frame] of frames) {
    assertEquals<unknown>(tryOpsFrame(JSON.stringify(fields)), frame);
  }
});

Deno.test("OpsFrame is nothing else", () => {
  const texts = [
    ...["", "{", "null", "[]", "{}", '{"type":"look"}', '{"type":"AUTH"}', '{"type":"SPECTATE"}'],
    '{"type":"AUTH","token":""}',
    `{"type":"AUTH","token":"${"t".repeat(1_025)}"}`,
    '{"type":"LOOK","server_id":"a.>"}',
    '{"type":"LOOK","server_id":1}',
    '{"type":"LOOK","server_id":"a","filter":1}',
    `{"type":"LOOK","server_id":"a","filter":"${"f".repeat(65)}"}`,
    '{"type":"SPECTATE","match_id":"\\ud800"}',
    `{"type":"SPECTATE","match_id":"${"m".repeat(129)}"}`,
    `{"type":"STOP"}${" ".repeat(OPS_FRAME_LENGTH_MAX)}`,
  ];
  for (const text of texts) assertEquals(tryOpsFrame(text), undefined, text.slice(0, 80));
});
