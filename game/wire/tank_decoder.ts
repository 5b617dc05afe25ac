import type { BitReader } from "./bit_reader.ts";
import type { BodyTarget } from "./body_context.ts";
import { fitsSigned, turnBits } from "./delta_widths.ts";
import type { FrameLayout } from "./frame_layout.ts";
import { PLAYER_ID_BYTES_MAX } from "./join_message.ts";
import { TANK } from "./snapshot_frame.ts";
import { HEADING_BITS, HP_MAX, TANK_ID_BYTES_MAX } from "./snapshot_limits.ts";

const MOVED = 1;
const TURNED = 2;
const AIMED = 4;
const REST = 8;
const DRIVEN = MOVED | TURNED | AIMED;
const HEADING_MASK = (1 << HEADING_BITS) - 1;
const HALF_TURN = 1 << (HEADING_BITS - 1);

/** Reads the tanks into the frame, in which nothing of them is set. */
export function decodeTanks(target: BodyTarget, reader: BitReader): void {
  const { layout, frame, baseline } = target;
  for (let slot = 0; slot < layout.slotCount; slot++) {
    if (baseline === undefined || !baseline.hasTank(slot)) {
      frame.removeTank(slot);
      continue;
    }
    frame.copyTank(baseline, slot);
    if (reader.bit()) decodeChange(target, slot, reader);
  }
  let last = -1;
  while (reader.bit()) {
    const slot = reader.bounded(layout.slotBits, layout.slotCount - 1);
    if (slot <= last) reader.refuse("not_canonical");
    else if (frame.hasTank(slot)) reader.refuse("out_of_range");
    if (reader.refusal !== undefined) return;
    last = slot;
    decodeNewTank(target, slot, reader);
    const wasThere = baseline?.hasTank(slot) === true && frame.hasSameTank(baseline, slot);
    if (wasThere) reader.refuse("not_canonical");
  }
}

function decodeNewTank({ layout, frame }: BodyTarget, slot: number, reader: BitReader): void {
  const tankId = reader.text(TANK_ID_BYTES_MAX);
  if (tankId === "") reader.refuse("out_of_range");
  frame.setNames(slot, tankId, reader.text(PLAYER_ID_BYTES_MAX));
  frame.setTank(slot, TANK.xCm, reader.bounded(layout.xBits, layout.xCmMax));
  frame.setTank(slot, TANK.yCm, reader.bounded(layout.yBits, layout.yCmMax));
  frame.setTank(slot, TANK.heading, reader.bits(HEADING_BITS));
  frame.setTank(slot, TANK.turret, reader.bits(HEADING_BITS));
  frame.setTank(slot, TANK.hp, reader.bounded(7, HP_MAX));
  frame.setTank(slot, TANK.team, readTeam(layout, reader));
  frame.setTank(slot, TANK.score, reader.bits(16));
  frame.setTank(slot, TANK.flags, reader.bits(2));
}

function decodeChange(target: BodyTarget, slot: number, reader: BitReader): void {
  const { frame, widths } = target;
  let mask = DRIVEN;
  if (!reader.bit()) {
    mask = reader.bits(4);
    if (mask === DRIVEN) reader.refuse("not_canonical");
  }
  if (reader.refusal !== undefined) return;
  if (mask === 0) {
    frame.removeTank(slot);
    return;
  }
  if ((mask & MOVED) !== 0) decodeMove(target, slot, reader);
  if ((mask & TURNED) !== 0) {
    const turn = decodeTurn(reader, widths.hullTurn);
    frame.setTank(slot, TANK.heading, (frame.tank(slot, TANK.heading) + turn) & HEADING_MASK);
  }
  if ((mask & AIMED) !== 0) {
    const turn = decodeTurn(reader, widths.turretTurn);
    frame.setTank(slot, TANK.turret, (frame.tank(slot, TANK.turret) + turn) & HEADING_MASK);
  }
  if ((mask & REST) !== 0) decodeRest(target, slot, reader);
}

function decodeMove(target: BodyTarget, slot: number, reader: BitReader): void {
  const { frame, layout, widths } = target;
  const fromX = frame.tank(slot, TANK.xCm);
  const fromY = frame.tank(slot, TANK.yCm);
  const kind = reader.bits(2);
  const width = widths.position[kind];
  const x = width === undefined ? reader.bits(layout.xBits) : fromX + reader.signed(width);
  const y = width === undefined ? reader.bits(layout.yBits) : fromY + reader.signed(width);
  if (x < 0 || y < 0 || x > layout.xCmMax || y > layout.yCmMax) reader.refuse("out_of_range");
  const narrower = kind === 0 ? 0 : widths.position[kind - 1] ?? 0;
  const isNarrow = kind > 0 && fitsSigned(x - fromX, narrower) && fitsSigned(y - fromY, narrower);
  if (isNarrow || (x === fromX && y === fromY)) reader.refuse("not_canonical");
  frame.setTank(slot, TANK.xCm, x);
  frame.setTank(slot, TANK.yCm, y);
}

function decodeTurn(reader: BitReader, fullTurn: number): number {
  if (!reader.bit()) {
    const isBack = reader.bit();
    const size = fullTurn + (reader.bit() ? 1 : 0);
    // Half a turn is negative, and more is the short way round.
    if (size > (isBack ? HALF_TURN : HALF_TURN - 1)) reader.refuse("not_canonical");
    return isBack ? -size : size;
  }
  const shortBits = turnBits(fullTurn);
  const isShort = !reader.bit();
  const turn = reader.signed(isShort ? shortBits : HEADING_BITS);
  const beyond = Math.abs(turn) - fullTurn;
  const isFull = beyond === 0 || beyond === 1;
  if (turn === 0 || isFull || (!isShort && fitsSigned(turn, shortBits))) {
    reader.refuse("not_canonical");
  }
  return turn;
}

function decodeRest(body: BodyTarget, slot: number, reader: BitReader): void {
  const { frame } = body;
  const isHpChanged = reader.bit();
  const areFlagsChanged = reader.bit();
  const isScoreChanged = reader.bit();
  const isTeamChanged = reader.bit();
  const isPlayerChanged = reader.bit();
  const [hp, flags] = [frame.tank(slot, TANK.hp), frame.tank(slot, TANK.flags)];
  const [score, team] = [frame.tank(slot, TANK.score), frame.tank(slot, TANK.team)];
  const playerId = frame.playerId(slot);
  if (isHpChanged) frame.setTank(slot, TANK.hp, reader.bounded(7, HP_MAX));
  if (areFlagsChanged) frame.setTank(slot, TANK.flags, reader.bits(2));
  if (isScoreChanged) frame.setTank(slot, TANK.score, reader.bits(16));
  if (isTeamChanged) frame.setTank(slot, TANK.team, readTeam(body.layout, reader));
  if (isPlayerChanged) {
    frame.setNames(slot, frame.tankId(slot), reader.text(PLAYER_ID_BYTES_MAX));
  }
  const isCanonical = (frame.tank(slot, TANK.hp) !== hp) === isHpChanged &&
    (frame.tank(slot, TANK.flags) !== flags) === areFlagsChanged &&
    (frame.tank(slot, TANK.score) !== score) === isScoreChanged &&
    (frame.tank(slot, TANK.team) !== team) === isTeamChanged &&
    (frame.playerId(slot) !== playerId) === isPlayerChanged &&
    (isHpChanged || areFlagsChanged || isScoreChanged || isTeamChanged || isPlayerChanged);
  if (!isCanonical) reader.refuse("not_canonical");
}

function readTeam(layout: FrameLayout, reader: BitReader): number {
  const team = reader.bounded(layout.teamBits, layout.teamMax);
  return team === 0 ? reader.refuse("out_of_range") : team;
}
