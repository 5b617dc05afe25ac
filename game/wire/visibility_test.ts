import { assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { SnapshotFrame } from "./snapshot_frame.ts";
import { SHELLS_MAX, SLOTS_MAX } from "./snapshot_limits.ts";
import { nextShellSeen, nextTankSeen, Visibility } from "./visibility.ts";

const slotCount = SLOTS_MAX;

/** A frame with tanks and shells, of which some are seen. */
function randomSight(rng: Rng): { readonly frame: SnapshotFrame; readonly visible: Visibility } {
  const frame = new SnapshotFrame();
  const visible = new Visibility();
  const share = 1 + rng.below(40);
  for (let slot = 0; slot < slotCount; slot++) {
    if (rng.below(2) === 0) continue;
    frame.setNames(slot, "t", "p");
    if (rng.below(share) === 0) visible.showSlot(slot);
  }
  frame.shellCount = rng.below(SHELLS_MAX + 1);
  for (let index = 0; index < frame.shellCount; index++) {
    if (rng.below(share) === 0) visible.showShell(index);
  }
  return { frame, visible };
}

function tanksSeen(frame: SnapshotFrame, visible?: Visibility): number[] {
  const seen: number[] = [];
  for (let from = 0; from < slotCount; from = (seen.at(-1) ?? slotCount) + 1) {
    const slot = nextTankSeen(frame, visible, { from, slotCount });
    if (slot === slotCount) break;
    seen.push(slot);
  }
  return seen;
}

function shellsSeen(frame: SnapshotFrame, visible?: Visibility): number[] {
  const seen: number[] = [];
  for (let from = 0; from < frame.shellCount;) {
    const index = nextShellSeen(frame, visible, from);
    if (index < frame.shellCount) seen.push(index);
    from = index + 1;
  }
  return seen;
}

Deno.test("Visibility is gone through in order, each tank and shell once", () => {
  const rng = new Rng(7);
  for (let round = 0; round < 300; round++) {
    const { frame, visible } = randomSight(rng);
    const slots = Array.from({ length: slotCount }, (_, slot) => slot);
    const places = Array.from({ length: frame.shellCount }, (_, index) => index);
    assertEquals(tanksSeen(frame, visible), slots.filter((slot) => visible.hasSlot(slot)));
    assertEquals(tanksSeen(frame), slots.filter((slot) => frame.hasTank(slot)));
    assertEquals(shellsSeen(frame, visible), places.filter((index) => visible.hasShell(index)));
    assertEquals(shellsSeen(frame), places);
  }
});

Deno.test("Visibility shows what two others both show", () => {
  const rng = new Rng(8);
  const [left, right] = [randomSight(rng).visible, randomSight(rng).visible];
  const both = randomSight(rng).visible;
  both.setBoth(left, right);
  for (let slot = 0; slot < slotCount; slot++) {
    assertEquals(both.hasSlot(slot), left.hasSlot(slot) && right.hasSlot(slot));
  }
  for (let index = 0; index < SHELLS_MAX; index++) {
    assertEquals(both.hasShell(index), left.hasShell(index) && right.hasShell(index));
  }
});
