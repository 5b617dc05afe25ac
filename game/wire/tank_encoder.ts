import type { BitWriter } from "./bit_writer.ts";
import type { BodySource } from "./body_context.ts";
import { fitsSigned, turnBetween, turnBits } from "./delta_widths.ts";
import { PLAYER_ID_BYTES_MAX } from "./join_message.ts";
import type { SnapshotFrame } from "./snapshot_frame.ts";
import { HEADING_BITS, TANK_ID_BYTES_MAX } from "./snapshot_limits.ts";
import { isTankSeen, nextTankSeen } from "./visibility.ts";

/** The fields of a tank that change each on its own. */
const MOVED = 1;
const TURNED = 2;
const AIMED = 4;
const REST = 8;
/** What nearly every tank does that is driven; it has a code of its own. */
const DRIVEN = MOVED | TURNED | AIMED;

/** Writes the tanks: changes of those in the baseline, then those that it does not have. */
export function encodeTanks(source: BodySource, writer: BitWriter): void {
  const { layout: { slotCount }, frame, baseline, visible, baselineVisible } = source;
  if (baseline !== undefined) {
    for (
      let slot = nextTankSeen(baseline, baselineVisible, { from: 0, slotCount });
      slot < slotCount;
      slot = nextTankSeen(baseline, baselineVisible, { from: slot + 1, slotCount })
    ) {
      if (isTankSeen(frame, slot, visible) && frame.tankId[slot] === baseline.tankId[slot]) {
        encodeChange(source, slot, writer);
      } else {
        // Changed in a way in which no tank changes: it is gone.
        writer.bits(0b000001, 6);
      }
    }
  }
  for (
    let slot = nextTankSeen(frame, visible, { from: 0, slotCount });
    slot < slotCount;
    slot = nextTankSeen(frame, visible, { from: slot + 1, slotCount })
  ) {
    const isKnown = baseline !== undefined && isTankSeen(baseline, slot, baselineVisible) &&
      frame.tankId[slot] === baseline.tankId[slot];
    if (isKnown) continue;
    writer.bit(true);
    encodeNewTank(source, slot, writer);
  }
  writer.bit(false);
}

function encodeNewTank({ layout, frame }: BodySource, slot: number, writer: BitWriter): void {
  writer.bits(slot, layout.slotBits);
  writer.text(frame.tankId[slot] ?? "", TANK_ID_BYTES_MAX);
  writer.text(frame.playerId[slot] ?? "", PLAYER_ID_BYTES_MAX);
  writer.bits(frame.xCm[slot] ?? 0, layout.xBits);
  writer.bits(frame.yCm[slot] ?? 0, layout.yBits);
  writer.bits(frame.heading[slot] ?? 0, HEADING_BITS);
  writer.bits(frame.turret[slot] ?? 0, HEADING_BITS);
  writer.bits(frame.hp[slot] ?? 0, 7);
  writer.bits(frame.team[slot] ?? 0, layout.teamBits);
  writer.bits(frame.score[slot] ?? 0, 16);
  writer.bits(frame.flags[slot] ?? 0, 2);
}

function encodeChange(source: BodySource, slot: number, writer: BitWriter): void {
  const { frame, baseline, widths } = source;
  if (baseline === undefined) return;
  const mask = changedFields(frame, baseline, slot);
  writer.bit(mask !== 0);
  if (mask === 0) return;
  writer.bit(mask === DRIVEN);
  if (mask !== DRIVEN) writer.bits(mask, 4);
  if ((mask & MOVED) !== 0) encodeMove(source, slot, writer);
  if ((mask & TURNED) !== 0) {
    const turn = turnBetween(baseline.heading[slot] ?? 0, frame.heading[slot] ?? 0);
    encodeTurn(writer, turn, widths.hullTurn);
  }
  if ((mask & AIMED) !== 0) {
    const turn = turnBetween(baseline.turret[slot] ?? 0, frame.turret[slot] ?? 0);
    encodeTurn(writer, turn, widths.turretTurn);
  }
  if ((mask & REST) !== 0) encodeRest(source, slot, writer);
}

function changedFields(frame: SnapshotFrame, baseline: SnapshotFrame, slot: number): number {
  let mask = 0;
  if (frame.xCm[slot] !== baseline.xCm[slot] || frame.yCm[slot] !== baseline.yCm[slot]) {
    mask |= MOVED;
  }
  if (frame.heading[slot] !== baseline.heading[slot]) mask |= TURNED;
  if (frame.turret[slot] !== baseline.turret[slot]) mask |= AIMED;
  const isRestSame = frame.hp[slot] === baseline.hp[slot] &&
    frame.flags[slot] === baseline.flags[slot] && frame.score[slot] === baseline.score[slot] &&
    frame.team[slot] === baseline.team[slot] && frame.playerId[slot] === baseline.playerId[slot];
  return isRestSame ? mask : mask | REST;
}

function encodeMove(source: BodySource, slot: number, writer: BitWriter): void {
  const { frame, baseline, layout, widths } = source;
  const x = frame.xCm[slot] ?? 0;
  const y = frame.yCm[slot] ?? 0;
  const dx = x - (baseline?.xCm[slot] ?? 0);
  const dy = y - (baseline?.yCm[slot] ?? 0);
  for (let kind = 0; kind < 3; kind++) {
    const width = widths.position[kind] ?? 0;
    if (!fitsSigned(dx, width) || !fitsSigned(dy, width)) continue;
    writer.bits(kind, 2);
    writer.bits(dx, width);
    writer.bits(dy, width);
    return;
  }
  writer.bits(3, 2);
  writer.bits(x, layout.xBits);
  writer.bits(y, layout.yBits);
}

/** `fullTurn` is how far it turns at its full rate, rounded down: one more is as far. */
function encodeTurn(writer: BitWriter, turn: number, fullTurn: number): void {
  const beyond = Math.abs(turn) - fullTurn;
  if (beyond === 0 || beyond === 1) {
    writer.bit(false);
    writer.bit(turn < 0);
    writer.bit(beyond === 1);
    return;
  }
  const isShort = fitsSigned(turn, turnBits(fullTurn));
  writer.bit(true);
  writer.bit(!isShort);
  writer.bits(turn, isShort ? turnBits(fullTurn) : HEADING_BITS);
}

function encodeRest(source: BodySource, slot: number, writer: BitWriter): void {
  const { frame, baseline, layout } = source;
  if (baseline === undefined) return;
  const isHpChanged = frame.hp[slot] !== baseline.hp[slot];
  const areFlagsChanged = frame.flags[slot] !== baseline.flags[slot];
  const isScoreChanged = frame.score[slot] !== baseline.score[slot];
  const isTeamChanged = frame.team[slot] !== baseline.team[slot];
  const isPlayerChanged = frame.playerId[slot] !== baseline.playerId[slot];
  writer.bit(isHpChanged);
  writer.bit(areFlagsChanged);
  writer.bit(isScoreChanged);
  writer.bit(isTeamChanged);
  writer.bit(isPlayerChanged);
  if (isHpChanged) writer.bits(frame.hp[slot] ?? 0, 7);
  if (areFlagsChanged) writer.bits(frame.flags[slot] ?? 0, 2);
  if (isScoreChanged) writer.bits(frame.score[slot] ?? 0, 16);
  if (isTeamChanged) writer.bits(frame.team[slot] ?? 0, layout.teamBits);
  if (isPlayerChanged) writer.text(frame.playerId[slot] ?? "", PLAYER_ID_BYTES_MAX);
}
