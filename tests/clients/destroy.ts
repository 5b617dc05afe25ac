import { Battlefield, directionRad, distanceM, turnRad } from "./battlefield.ts";
import { type GameClient, tankIn } from "./game_client.ts";
import { objectAt } from "./json_fields.ts";

const BATTLE_DEADLINE_MS = 60_000;
/** How far the turret may point past the target, in radians. */
const AIM_RAD = 0.02;
const SEQ_STEP = 1_000;

/**
 * Drives the shooter to where the target, which must stand still, can be hit, and shoots until it is
 * destroyed.
 *
 * @throws Error when that takes longer than a minute
 */
export async function destroy(shooter: GameClient, target: GameClient): Promise<void> {
  const start = await shooter.until("both tanks", ({ tanks }) => tanks.size === 2);
  const enemy = tankIn(start, target.tankId);
  const field = new Battlefield(objectAt(shooter.initialState, "arena"));
  const place = field.firingPlace(shooter.own(start), enemy);
  await shooter.act("move", { position: [place.x, place.y] });
  const arrived = await shooter.until(
    "arrival",
    (snapshot) => distanceM(shooter.own(snapshot), place) < 1,
  );
  // Beyond whatever was sent before and is not yet acknowledged.
  let seq = start.message.ackSeq + SEQ_STEP;
  const aim = (own: { readonly x: number; readonly y: number }, fire: boolean): Promise<void> => {
    const turret = directionRad(own, enemy);
    return shooter.act("input", { seq: seq++, throttle: 0, turret, fire });
  };
  await aim(shooter.own(arrived), false);
  await shooter.until("the turret on the target", (snapshot) => {
    const own = shooter.own(snapshot);
    const wanted = directionRad(own, enemy);
    // The tank rolls out after the last order: aim again from where it stands now.
    aim(own, false).catch(() => {});
    return Math.abs(turnRad(own.turret, wanted)) < AIM_RAD;
  });
  await shooter.next("the target destroyed", (snapshot) => {
    aim(shooter.own(snapshot), true).catch(() => {});
    return !tankIn(snapshot, target.tankId).alive;
  }, BATTLE_DEADLINE_MS);
  await shooter.act("input", { seq, fire: false });
}
