import {
  ARENA_SIDE_UM_MAX,
  ARENA_SIDE_UM_MIN,
  ARENA_WALLS_MAX,
  type ArenaPlan,
  type Wall,
} from "../simulation/arena.ts";
import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import type { Decoded } from "./wire_refusal.ts";

/** The most bytes of an encoded arena: 1000 walls of 20 bytes, and the rest. */
export const ARENA_BYTES_MAX = 20_480;

/** The most bytes of an arena's name. */
export const ARENA_NAME_BYTES_MAX = 32;

/** An arena as a client needs it to predict. */
export type ArenaShape = Omit<ArenaPlan, "spawns">;

/**
 * An arena as bytes: its name; the greatest length that divides all others, as the unit; sides, and walls
 * as x, y, width and height, all in units and as varints. Exact: a client predicts with the same walls.
 */
export function encodeArena(arena: ArenaShape): Uint8Array {
  const { name, widthUm, heightUm, walls } = arena;
  let unitUm = greatestDivisor(widthUm, heightUm);
  for (const wall of walls) {
    for (const side of sidesOf(wall)) unitUm = greatestDivisor(unitUm, side);
  }
  const bytes = new Uint8Array(ARENA_BYTES_MAX);
  const writer = new BitWriter(bytes);
  writer.text(name, ARENA_NAME_BYTES_MAX);
  writer.varint(unitUm);
  writer.varint(widthUm / unitUm);
  writer.varint(heightUm / unitUm);
  writer.varint(walls.length);
  for (const wall of walls) for (const side of sidesOf(wall)) writer.varint(side / unitUm);
  return bytes.slice(0, writer.length);
}

/** Reads an arena; its walls are inside it. */
export function tryDecodeArena(bytes: Uint8Array): Decoded<ArenaShape> {
  const reader = new BitReader(bytes);
  const name = reader.text(ARENA_NAME_BYTES_MAX);
  if (!/^[a-z0-9_]+$/.test(name)) reader.refuse("out_of_range");
  const unitUm = reader.varint(ARENA_SIDE_UM_MAX);
  if (unitUm === 0) reader.refuse("out_of_range");
  const widthUm = readSide(reader, unitUm);
  const heightUm = readSide(reader, unitUm);
  const count = reader.varint(ARENA_WALLS_MAX);
  const walls: Wall[] = [];
  let divisor = greatestDivisor(widthUm, heightUm);
  for (let index = 0; index < count && reader.refusal === undefined; index++) {
    const wall = readWall(reader, { unitUm, widthUm, heightUm });
    for (const side of sidesOf(wall)) divisor = greatestDivisor(divisor, side);
    walls.push(wall);
  }
  if (divisor !== unitUm) reader.refuse("not_canonical");
  const reason = reader.finish();
  if (reason !== undefined) return { ok: false, reason };
  return { ok: true, message: { name, widthUm, heightUm, walls } };
}

function readSide(reader: BitReader, unitUm: number): number {
  const sideUm = reader.varint() * unitUm;
  const isSide = sideUm >= ARENA_SIDE_UM_MIN && sideUm <= ARENA_SIDE_UM_MAX;
  return isSide ? sideUm : reader.refuse("out_of_range");
}

interface WallBounds {
  readonly unitUm: number;
  readonly widthUm: number;
  readonly heightUm: number;
}

function readWall(reader: BitReader, { unitUm, widthUm, heightUm }: WallBounds): Wall {
  const xUm = reader.varint() * unitUm;
  const yUm = reader.varint() * unitUm;
  const wall: Wall = {
    xUm,
    yUm,
    widthUm: reader.varint() * unitUm,
    heightUm: reader.varint() * unitUm,
  };
  const isInside = wall.widthUm > 0 && wall.heightUm > 0 && xUm + wall.widthUm <= widthUm &&
    yUm + wall.heightUm <= heightUm;
  if (!isInside) reader.refuse("out_of_range");
  return wall;
}

function sidesOf(wall: Wall): readonly number[] {
  return [wall.xUm, wall.yUm, wall.widthUm, wall.heightUm];
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
