import type { FrameLayout } from "./frame_layout.ts";
import { SHELL, type SnapshotFrame, TANK } from "./snapshot_frame.ts";
import { isShellSeen, isTankSeen, type Visibility } from "./visibility.ts";

const encoder = new TextEncoder();

/**
 * A fingerprint of what a client sees of a frame: 64 bits as 16 hex digits, the same at both ends where
 * the snapshot arrived as it was sent. Events are no part of it. Against accidents, not attackers.
 *
 * @param visible what the client sees; undefined: all
 */
export function frameHash(
  frame: SnapshotFrame,
  layout: FrameLayout,
  visible?: Visibility,
): string {
  const hash = new WordHash();
  hash.add(frame.tick);
  hash.add(frame.outcome);
  hash.add(frame.winner);
  for (let team = 1; team <= layout.teamMax; team++) hash.add(frame.teamScore(team));
  for (let slot = 0; slot < layout.slotCount; slot++) {
    if (isTankSeen(frame, slot, visible)) addTank(hash, frame, slot);
  }
  for (let index = 0; index < frame.shellCount; index++) {
    if (isShellSeen(frame, index, visible)) addShell(hash, frame, index);
  }
  return hash.digest();
}

function addTank(hash: WordHash, frame: SnapshotFrame, slot: number): void {
  hash.add(slot);
  hash.addText(frame.tankId(slot));
  hash.addText(frame.playerId(slot));
  hash.add(frame.tank(slot, TANK.xCm));
  hash.add(frame.tank(slot, TANK.yCm));
  hash.add(frame.tank(slot, TANK.heading));
  hash.add(frame.tank(slot, TANK.turret));
  hash.add(frame.tank(slot, TANK.hp));
  hash.add(frame.tank(slot, TANK.team));
  hash.add(frame.tank(slot, TANK.score));
  hash.add(frame.tank(slot, TANK.flags));
}

function addShell(hash: WordHash, frame: SnapshotFrame, index: number): void {
  hash.add(frame.shell(index, SHELL.tick));
  hash.add(frame.shell(index, SHELL.slot));
  hash.add(frame.shell(index, SHELL.xCm));
  hash.add(frame.shell(index, SHELL.yCm));
  hash.add(frame.shell(index, SHELL.heading));
}

/** Two FNV-1a hashes of 32 bits over words instead of bytes, each with its own start and multiplier. */
class WordHash {
  #first = 0x811c9dc5;
  #second = 0x9747b28c;

  add(word: number): void {
    this.#first = Math.imul(this.#first ^ word, 0x01000193);
    this.#first ^= this.#first >>> 15;
    this.#second = Math.imul(this.#second ^ word, 0x85ebca6b);
    this.#second ^= this.#second >>> 13;
  }

  addText(text: string): void {
    const bytes = encoder.encode(text);
    this.add(bytes.length);
    for (const byte of bytes) this.add(byte);
  }

  digest(): string {
    return hex(this.#first) + hex(this.#second);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
