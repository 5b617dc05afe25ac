import type { EventView, ShellView, SnapshotView, TankView } from "./tank_view.ts";

/**
 * The body of a `state` message, from `tanks` on, of `current` against `base` (undefined: full),
 * with the events given. It is the same for every client on that baseline: encode it once.
 */
export function encodeStateBody(
  current: SnapshotView,
  base: SnapshotView | undefined,
  events: readonly EventView[],
): string {
  const { changed, gone } = base === undefined
    ? { changed: current.tanks.flatMap((tank) => tank ? [encodeTank(tank)] : []), gone: [] }
    : encodeChanges(current, base);
  return `"tanks":[${changed.join()}],"gone":[${gone.join()}],` +
    `"shells":[${current.shells.map(encodeShell).join()}],` +
    `"events":[${events.map(encodeEvent).join()}]}`;
}

/** A whole `state` message for one client. */
export function encodeState(
  tick: number,
  base: number | null,
  ackSeq: number,
  body: string,
): string {
  return `{"type":"state","tick":${tick},"base":${base},"ack_seq":${ackSeq},${body}`;
}

/** A tank with all its fields, as a JSON object. */
export function encodeTank(tank: TankView): string {
  return `{"tank_id":${JSON.stringify(tank.tankId)},"x":${tank.xCm / 100},"y":${tank.yCm / 100},` +
    `"heading":${tank.headingMrad / 1000},"turret":${tank.turretMrad / 1000},"hp":${tank.hp},` +
    `"team":${tank.team},"score":${tank.score},"alive":${tank.alive}}`;
}

/** A shell, as a JSON object; metres and radians. */
export function encodeShell(shell: ShellView): string {
  return `{"id":${shell.id},"x":${shell.xCm / 100},"y":${shell.yCm / 100},` +
    `"heading":${shell.headingMrad / 1000}}`;
}

function encodeEvent(event: EventView): string {
  return event.json;
}

function encodeChanges(
  current: SnapshotView,
  base: SnapshotView,
): { changed: string[]; gone: string[] } {
  const changed: string[] = [];
  const gone: string[] = [];
  const slotCount = Math.max(current.tanks.length, base.tanks.length);
  for (let slot = 0; slot < slotCount; slot++) {
    const now = current.tanks[slot];
    const then = base.tanks[slot];
    const isSame = now !== undefined && now.tankId === then?.tankId;
    if (then !== undefined && !isSame) gone.push(JSON.stringify(then.tankId));
    if (now === undefined) continue;
    if (!isSame || then === undefined) changed.push(encodeTank(now));
    else if (now !== then) encodeChange(now, then, changed);
  }
  return { changed, gone };
}

function encodeChange(now: TankView, then: TankView, changed: string[]): void {
  let fields = "";
  if (now.xCm !== then.xCm) fields += `,"x":${now.xCm / 100}`;
  if (now.yCm !== then.yCm) fields += `,"y":${now.yCm / 100}`;
  if (now.headingMrad !== then.headingMrad) fields += `,"heading":${now.headingMrad / 1000}`;
  if (now.turretMrad !== then.turretMrad) fields += `,"turret":${now.turretMrad / 1000}`;
  if (now.hp !== then.hp) fields += `,"hp":${now.hp}`;
  if (now.team !== then.team) fields += `,"team":${now.team}`;
  if (now.score !== then.score) fields += `,"score":${now.score}`;
  if (now.alive !== then.alive) fields += `,"alive":${now.alive}`;
  if (fields !== "") changed.push(`{"tank_id":${JSON.stringify(now.tankId)}${fields}}`);
}
