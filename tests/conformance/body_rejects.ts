// Long because it is a table: one entry for each way in which a body can be wrong.
import { BitWriter } from "../../game/wire/bit_writer.ts";
import { frameHash } from "../../game/wire/frame_hash.ts";
import { frameLayout } from "../../game/wire/frame_layout.ts";
import {
  SHELL as SHELL_FIELDS,
  SnapshotFrame,
  TANK as TANK_FIELDS,
} from "../../game/wire/snapshot_frame.ts";
import { encodeSnapshot } from "../../game/wire/snapshot_parts.ts";
import { SnapshotPrefix } from "../../game/wire/snapshot_prefix.ts";
import type { WireRefusal } from "../../game/wire/wire_refusal.ts";
import { meaningOfFrame, meaningOfPrefix } from "./meaning.ts";
import { sealed } from "./vector_datagram.ts";
import type { VectorCase } from "./vector_file.ts";

/** Three slots of 2 bits, two teams of 2, a place of 60 by 10 m: 13 and 10 bits. */
const LAYOUT = { tick_rate: 30, slot_count: 3, team_max: 2, width_um: 60e6, height_um: 10e6 };
const BASE_TICK = 100;
const AGE = 4;

/** A number and its bits, a word in quotes (length and UTF-8), or a run of single bits. */
type Piece = readonly [value: number, width: number] | string;

const TANK: readonly Piece[] = tank({});
const NO_SCORES: readonly Piece[] = ["0", "0"];
const SHELL: readonly Piece[] = shell({});

interface TankFields {
  readonly slot?: number;
  readonly id?: string;
  readonly x?: number;
  readonly y?: number;
  readonly hp?: number;
  readonly team?: number;
}

function tank({ slot = 1, id = '"t"', x = 5, y = 600, hp = 100, team = 1 }: TankFields): Piece[] {
  return [
    "1",
    [slot, 2],
    id,
    '"p"',
    [x, 13],
    [y, 10],
    [1_000, 12],
    [2_000, 12],
    [hp, 7],
    [team, 2],
    [3, 16],
    "10",
  ];
}

interface ShellFields {
  readonly age?: number;
  readonly slot?: number;
  readonly x?: number;
}

/** A shell of a full body. */
function shell({ age = 7, slot = 1, x = 510 }: ShellFields): Piece[] {
  return ["1", [age, 7], [slot, 2], [x, 13], [610, 10], [2_000, 12]];
}

/** What comes before the shells of a delta in which nothing changed. */
const STILL: readonly Piece[] = ["0", "0", ...NO_SCORES];

/** One tank at (5, 600) looking to 1000 and 2000, one shell; as tick 100. */
const BASE: readonly Piece[] = [...TANK, "0", ...NO_SCORES, ...SHELL, "0"];

/** Full bodies of tick 100. */
const FULL: readonly [name: string, body: readonly Piece[], reason: WireRefusal][] = [
  ["a slot that is none", [...tank({ slot: 3 }), "0"], "out_of_range"],
  ["a tank without an id", [...tank({ id: '""' }), "0"], "out_of_range"],
  ["a tank with an id of 65 bytes", [...tank({ id: `"${"i".repeat(65)}"` })], "out_of_range"],
  ["a tank beyond the arena in x", [...tank({ x: 6_001 }), "0"], "out_of_range"],
  ["a tank beyond the arena in y", [...tank({ y: 1_001 }), "0"], "out_of_range"],
  ["101 hit points", [...tank({ hp: 101 }), "0"], "out_of_range"],
  ["team 0", [...tank({ team: 0 }), "0"], "out_of_range"],
  ["team 3", [...tank({ team: 3 }), "0"], "out_of_range"],
  ["slots that go back", [...tank({ slot: 2 }), ...tank({ slot: 1 })], "not_canonical"],
  ["a slot twice", [...TANK, ...TANK], "not_canonical"],
  ["a score of 0 that changed", [...TANK, "0", "1", [1, 2], [0, 16]], "not_canonical"],
  ["scores that go back", [
    "0",
    ...["1", [2, 2], [5, 16], "1", [1, 2], [5, 16]] satisfies Piece[],
  ], "not_canonical"],
  ["an outcome that is none", ["0", "0", "1", [3, 2], [1, 2]], "out_of_range"],
  ["a winner while it goes on", ["0", "0", "1", [0, 2], [1, 2]], "out_of_range"],
  ["an outcome that did not change", ["0", "0", "1", [0, 2], [0, 2]], "not_canonical"],
  ["a shell of 121 ticks", ["0", ...NO_SCORES, ...shell({ age: 121 })], "out_of_range"],
  ["a shell of before the match", ["0", ...NO_SCORES, ...shell({ age: 100 })], "out_of_range"],
  ["a shell of no slot", ["0", ...NO_SCORES, ...shell({ slot: 3 })], "out_of_range"],
  ["a shell outside", ["0", ...NO_SCORES, ...shell({ x: 6_001 })], "out_of_range"],
  ["a shell twice", ["0", ...NO_SCORES, ...SHELL, ...SHELL], "not_canonical"],
  ["shells that go back", [
    "0",
    ...NO_SCORES,
    ...SHELL,
    ...shell({ age: 8 }),
  ], "not_canonical"],
  ["bits that fill the last byte", [...TANK, "0", ...NO_SCORES, "01"], "bad_padding"],
  ["a byte more", ["0000", "00000000"], "trailing_bytes"],
  ["no end", [...TANK], "truncated"],
];

/** Deltas of tick 104 against tick 100. Positions change in 4, 6 or 8 bits; a full turn is 136 or 137. */
const DELTA: readonly [name: string, body: readonly Piece[], reason: WireRefusal][] = [
  ["the short code for driven tanks not used", ["1", "0", [7, 4], [0, 2]], "not_canonical"],
  ["a move to where it was", ["1", "0", [1, 4], [0, 2], [0, 4], [0, 4]], "not_canonical"],
  ["a small move in a wide class", ["1", "0", [1, 4], [1, 2], [7, 6], [0, 6]], "not_canonical"],
  ["a move in the place's own numbers", [
    "1",
    "0",
    [1, 4],
    [3, 2],
    [6, 13],
    [600, 10],
  ], "not_canonical"],
  ["a place beyond the arena", ["1", "0", [1, 4], [3, 2], [8_000, 13], [0, 10]], "out_of_range"],
  ["a move below 0", ["1", "0", [1, 4], [0, 2], [-6, 4], [0, 4]], "out_of_range"],
  ["a turn of 0", ["1", "0", [2, 4], "10", [0, 9]], "not_canonical"],
  ["a full turn in digits", ["1", "0", [2, 4], "10", [137, 9]], "not_canonical"],
  ["a short turn in 12 bits", ["1", "0", [2, 4], "11", [-200, 12]], "not_canonical"],
  ["nothing changed of the rest", ["1", "0", [8, 4], "00000"], "not_canonical"],
  ["hit points that did not change", ["1", "0", [8, 4], "10000", [100, 7]], "not_canonical"],
  ["a score that did not change", ["1", "0", [8, 4], "00100", [3, 16]], "not_canonical"],
  ["101 hit points", ["1", "0", [8, 4], "10000", [101, 7]], "out_of_range"],
  ["a new tank in a taken slot", ["0", ...TANK], "out_of_range"],
  ["the same tank gone and come", ["1", "0", [0, 4], ...TANK], "not_canonical"],
  ["the same shell gone and come", [
    ...STILL,
    "1",
    ...["1", "1", [11, 7], [1, 2], [510, 13], [610, 10], [2_000, 12]] satisfies Piece[],
  ], "not_canonical"],
  ["a young shell's age in 7 bits", [
    ...STILL,
    "0",
    ...["1", "1", [3, 7], [1, 2], [510, 13], [610, 10], [2_000, 12]] satisfies Piece[],
  ], "not_canonical"],
  ["events that go back", [
    ...STILL,
    "00",
    ...["1", [3, 2], [0, 2], [1, 2], "1", [3, 2], [1, 2], [1, 2]] satisfies Piece[],
  ], "not_canonical"],
  ["a shot whose shell is there", [
    ...STILL,
    "0",
    ...["1", "0", [1, 2], [2, 2], [510, 13], [610, 10], [0, 12], "0"] satisfies Piece[],
    ...["1", [0, 2], [1, 2], [2, 2], "0"] satisfies Piece[],
  ], "not_canonical"],
  ["an event of no slot", [...STILL, "00", "1", [3, 2], [0, 2], [3, 2]], "out_of_range"],
  ["101 points of damage", [
    ...STILL,
    "00",
    ...["1", [1, 2], [0, 2], [1, 2], [1, 2], [101, 7], [0, 7]] satisfies Piece[],
  ], "out_of_range"],
  ["65 events", [
    ...STILL,
    "00",
    ...Array.from({ length: 65 }, (): Piece[] => ["1", [3, 2], [0, 2], [1, 2]]).flat(),
  ], "out_of_range"],
];

const FAR_AGE = 60;

/** Deltas of tick 160 against tick 100: a full turn of the hull is 2047 or 2048, of a turret more than half. */
const FAR: readonly [name: string, body: readonly Piece[], reason: WireRefusal][] = [
  ["half a turn forward", ["1", "0", [2, 4], "001"], "not_canonical"],
  ["more than half a turn", ["1", "0", [4, 4], "000"], "not_canonical"],
  ["more than half a turn back", ["1", "0", [4, 4], "010"], "not_canonical"],
];

/** Bodies that are refused, in series of one or two snapshots. */
export function bodyRejects(): VectorCase[] {
  return [
    ...FULL.map(([name, body, reason]) =>
      series(`a full body with ${name}`, [
        [full(body), { kind: "refused", reason }],
      ])
    ),
    ...DELTA.map(([name, body, reason]) =>
      series(`a delta with ${name}`, [
        [full(BASE), baseResult()],
        [delta(body, AGE), { kind: "refused", reason }],
      ])
    ),
    ...FAR.map(([name, body, reason]) =>
      series(`a delta of ${FAR_AGE} ticks with ${name}`, [
        [full(BASE), baseResult()],
        [delta(body, FAR_AGE), { kind: "refused", reason }],
      ])
    ),
  ];
}

function series(
  name: string,
  steps: readonly (readonly [datagram: Uint8Array, result: VectorCase["response"]])[],
): VectorCase {
  return {
    name: `Refused: ${name}`,
    request: {
      op: "snapshots",
      layout: LAYOUT,
      datagrams: steps.map(([datagram]) => datagram.toHex()),
    },
    response: { results: steps.map(([, result]) => result) },
  };
}

function full(body: readonly Piece[]): Uint8Array {
  return snapshotOf(body, prefixOf(BASE_TICK, 0));
}

function delta(body: readonly Piece[], age: number): Uint8Array {
  return snapshotOf(body, prefixOf(BASE_TICK + age, age));
}

function prefixOf(tick: number, baselineTicks: number): SnapshotPrefix {
  return Object.assign(new SnapshotPrefix(), { tick, baselineTicks });
}

function snapshotOf(pieces: readonly Piece[], prefix: SnapshotPrefix): Uint8Array {
  const into = new Uint8Array(1_000);
  const writer = new BitWriter(into);
  for (const piece of pieces) {
    if (typeof piece !== "string") writer.bits(piece[0], piece[1]);
    else if (piece.startsWith('"')) writer.text(piece.slice(1, -1), 100);
    else for (const bit of piece) writer.bit(bit === "1");
  }
  writer.align();
  const body = into.subarray(0, writer.length);
  return sealed("snapshot", (datagram) => encodeSnapshot(prefix, body, datagram));
}

/** What the base leads to. */
function baseResult(): VectorCase["response"] {
  const layout = frameLayout({
    tickRate: LAYOUT.tick_rate,
    slotCount: LAYOUT.slot_count,
    teamMax: LAYOUT.team_max,
    widthUm: LAYOUT.width_um,
    heightUm: LAYOUT.height_um,
  });
  const frame = new SnapshotFrame();
  frame.tick = BASE_TICK;
  frame.setNames(1, "t", "p");
  frame.setTank(1, TANK_FIELDS.xCm, 5);
  frame.setTank(1, TANK_FIELDS.yCm, 600);
  frame.setTank(1, TANK_FIELDS.heading, 1_000);
  frame.setTank(1, TANK_FIELDS.turret, 2_000);
  frame.setTank(1, TANK_FIELDS.hp, 100);
  frame.setTank(1, TANK_FIELDS.team, 1);
  frame.setTank(1, TANK_FIELDS.score, 3);
  frame.setTank(1, TANK_FIELDS.flags, 1);
  frame.shellCount = 1;
  frame.setShell(0, SHELL_FIELDS.tick, BASE_TICK - 7);
  frame.setShell(0, SHELL_FIELDS.slot, 1);
  frame.setShell(0, SHELL_FIELDS.xCm, 510);
  frame.setShell(0, SHELL_FIELDS.yCm, 610);
  frame.setShell(0, SHELL_FIELDS.heading, 2_000);
  return {
    kind: "frame",
    prefix: meaningOfPrefix(prefixOf(BASE_TICK, 0)),
    hash: frameHash(frame, layout),
    frame: meaningOfFrame(frame, layout),
    events: [],
  };
}
