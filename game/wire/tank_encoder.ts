import type { BitWriter } from "./bit_writer.ts";
import type { BodySource } from "./body_context.ts";
import { fitsSigned, turnBetween, turnBits } from "./delta_widths.ts";
import { PLAYER_ID_BYTES_MAX } from "./join_message.ts";
import { type SnapshotFrame, TANK, type TankField } from "./snapshot_frame.ts";
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
      if (isTankSeen(frame, slot, visible) && frame.hasSameTank(baseline, slot)) {
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
      frame.hasSameTank(baseline, slot);
    if (isKnown) continue;
    writer.bit(true);
    encodeNewTank(source, slot, writer);
  }
  writer.bit(false);
}

function encodeNewTank({ layout, frame }: BodySource, slot: number, writer: BitWriter): void {
  writer.bits(slot, layout.slotBits);
  writer.text(frame.tankId(slot), TANK_ID_BYTES_MAX);
  writer.text(frame.playerId(slot), PLAYER_ID_BYTES_MAX);
  writer.bits(frame.tank(slot, TANK.xCm), layout.xBits);
  writer.bits(frame.tank(slot, TANK.yCm), layout.yBits);
  writer.bits(frame.tank(slot, TANK.heading), HEADING_BITS);
  writer.bits(frame.tank(slot, TANK.turret), HEADING_BITS);
  writer.bits(frame.tank(slot, TANK.hp), 7);
  writer.bits(frame.tank(slot, TANK.team), layout.teamBits);
  writer.bits(frame.tank(slot, TANK.score), 16);
  writer.bits(frame.tank(slot, TANK.flags), 2);
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
    const turn = turnBetween(baseline.tank(slot, TANK.heading), frame.tank(slot, TANK.heading));
    encodeTurn(writer, turn, widths.hullTurn);
  }
  if ((mask & AIMED) !== 0) {
    const turn = turnBetween(baseline.tank(slot, TANK.turret), frame.tank(slot, TANK.turret));
    encodeTurn(writer, turn, widths.turretTurn);
  }
  if ((mask & REST) !== 0) encodeRest(source, slot, writer);
}

function changedFields(frame: SnapshotFrame, baseline: SnapshotFrame, slot: number): number {
  const isSame = (field: TankField): boolean =>
    frame.tank(slot, field) === baseline.tank(slot, field);
  let mask = 0;
  if (!isSame(TANK.xCm) || !isSame(TANK.yCm)) mask |= MOVED;
  if (!isSame(TANK.heading)) mask |= TURNED;
  if (!isSame(TANK.turret)) mask |= AIMED;
  const isRestSame = isSame(TANK.hp) && isSame(TANK.flags) && isSame(TANK.score) &&
    isSame(TANK.team) && frame.hasSamePlayer(baseline, slot);
  return isRestSame ? mask : mask | REST;
}

function encodeMove(source: BodySource, slot: number, writer: BitWriter): void {
  const { frame, baseline, layout, widths } = source;
  const x = frame.tank(slot, TANK.xCm);
  const y = frame.tank(slot, TANK.yCm);
  const dx = x - (baseline?.tank(slot, TANK.xCm) ?? 0);
  const dy = y - (baseline?.tank(slot, TANK.yCm) ?? 0);
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
  const isHpChanged = frame.tank(slot, TANK.hp) !== baseline.tank(slot, TANK.hp);
  const areFlagsChanged = frame.tank(slot, TANK.flags) !== baseline.tank(slot, TANK.flags);
  const isScoreChanged = frame.tank(slot, TANK.score) !== baseline.tank(slot, TANK.score);
  const isTeamChanged = frame.tank(slot, TANK.team) !== baseline.tank(slot, TANK.team);
  const isPlayerChanged = !frame.hasSamePlayer(baseline, slot);
  writer.bit(isHpChanged);
  writer.bit(areFlagsChanged);
  writer.bit(isScoreChanged);
  writer.bit(isTeamChanged);
  writer.bit(isPlayerChanged);
  if (isHpChanged) writer.bits(frame.tank(slot, TANK.hp), 7);
  if (areFlagsChanged) writer.bits(frame.tank(slot, TANK.flags), 2);
  if (isScoreChanged) writer.bits(frame.tank(slot, TANK.score), 16);
  if (isTeamChanged) writer.bits(frame.tank(slot, TANK.team), layout.teamBits);
  if (isPlayerChanged) writer.text(frame.playerId(slot), PLAYER_ID_BYTES_MAX);
}
