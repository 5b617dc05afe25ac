import type { SearchMode } from "./search_modes.ts";
import { splitTeams, type TeamShape, type Unit } from "./team_split.ts";

/** One player or one party who wait for a match. */
export interface PoolUnit extends Unit {
  /** Unique among those who wait. */
  readonly id: string;
  /** What they want to play. */
  readonly mode: SearchMode;
  /** Since when they wait, in milliseconds on the clock that `form` is told. */
  readonly sinceMs: number;
}

/** Who is to play together. */
export interface FormedGroup<Member> {
  /** What they play. */
  readonly mode: SearchMode;
  /** Who is on which team, in the order of the mode's teams; one team where everybody plays alone. */
  readonly teams: readonly (readonly Member[])[];
  /** Whether bots are to take the places that are free. */
  readonly bots: boolean;
}

interface Queue<Member> {
  readonly mode: SearchMode;
  /** In the order of waiting. */
  readonly waiting: Map<string, Member>;
  /** By rating. */
  readonly byRating: Member[];
  /** Since when the last in the order of waiting waits. */
  lastSinceMs: number;
}

/** Others looked at for one who waits, the nearest in rating first: bounds the work of a step. */
const CANDIDATES_MAX = 256;

/**
 * Those who wait for others to play with, by mode. Whoever has waited longest is served first, with those
 * nearest in rating, as far away as the mode allows after so long a wait.
 */
export class Pool<Member extends PoolUnit> {
  readonly #queues = new Map<string, Queue<Member>>();

  /** How many units wait. */
  get size(): number {
    return this.#queues.values().reduce((sum, { waiting }) => sum + waiting.size, 0);
  }

  /** Lets a unit wait, behind those who have waited longer. */
  add(unit: Member): void {
    const { mode, id } = unit;
    const queue = this.#queues.get(mode.name) ??
      { mode, waiting: new Map(), byRating: [], lastSinceMs: -Infinity };
    this.#queues.set(mode.name, queue);
    queue.waiting.set(id, unit);
    // One that is put back has waited longer than those who came since.
    if (unit.sinceMs < queue.lastSinceMs) sortByWait(queue.waiting);
    else queue.lastSinceMs = unit.sinceMs;
    // Behind its equals, so that of those the first to come is the first to be found.
    queue.byRating.splice(indexAfter(queue.byRating, (rating) => rating <= unit.rating), 0, unit);
  }

  /** Lets a unit wait no more; false where it does not. */
  remove(unit: Member): boolean {
    const queue = this.#queues.get(unit.mode.name);
    if (queue === undefined || !queue.waiting.delete(unit.id)) return false;
    const first = indexOfRating(queue.byRating, unit.rating);
    queue.byRating.splice(queue.byRating.indexOf(unit, first), 1);
    if (queue.waiting.size === 0) this.#queues.delete(unit.mode.name);
    return true;
  }

  /** The groups that can play now, at most `groupsMax`; who is in one waits no more. */
  form(nowMs: number, options: { readonly groupsMax: number }): FormedGroup<Member>[] {
    const groups: FormedGroup<Member>[] = [];
    for (const queue of [...this.#queues.values()]) {
      for (const unit of [...queue.waiting.values()]) {
        if (groups.length >= options.groupsMax) return groups;
        if (!queue.waiting.has(unit.id)) continue;
        const group = formGroup(queue, unit, nowMs);
        if (group === undefined) continue;
        for (const member of group.teams.flat()) this.remove(member);
        groups.push(group);
      }
    }
    return groups;
  }

  /** Those who have waited as long as their mode lets them; they wait no more. */
  expire(nowMs: number): Member[] {
    const expired: Member[] = [];
    for (const { mode, waiting } of [...this.#queues.values()]) {
      for (const unit of waiting.values()) {
        if (nowMs - unit.sinceMs < mode.waitMaxMs) break;
        expired.push(unit);
      }
    }
    for (const unit of expired) this.remove(unit);
    return expired;
  }
}

/** How far from the rating of one who has waited so long another's may be. */
export function skillWindowOf(mode: SearchMode, waitedMs: number): number {
  const { skillWindow, skillWindowPerS, skillWindowMax } = mode;
  const widened = skillWindow + skillWindowPerS * Math.max(0, waitedMs) / 1_000;
  return Math.min(Math.max(skillWindow, skillWindowMax), widened);
}

function formGroup<Member extends PoolUnit>(
  { mode, byRating }: Queue<Member>,
  first: Member,
  nowMs: number,
): FormedGroup<Member> | undefined {
  const shape = { teamCount: Math.max(1, mode.teams.length), teamSize: mode.teamSize };
  const places = shape.teamCount * shape.teamSize;
  const waitedMs = nowMs - first.sinceMs;
  const chosen: Member[] = [first];
  let size = first.size;
  for (const unit of nearest(byRating, first, skillWindowOf(mode, waitedMs))) {
    if (size === places) break;
    if (size + unit.size > places || !fits([...chosen, unit], shape)) continue;
    chosen.push(unit);
    size += unit.size;
  }
  const isBotTime = mode.botsAfterMs !== undefined && waitedMs >= mode.botsAfterMs;
  const isOverdue = waitedMs >= mode.waitMaxMs;
  const isEnough = size === places || ((isBotTime || isOverdue) && size >= mode.playersMin);
  const teams = isEnough ? splitTeams(chosen, shape) : undefined;
  if (teams === undefined) return undefined;
  const bots = size < places && mode.botsAfterMs !== undefined;
  // Against nobody there is nothing to play.
  if (!bots && teams.some(({ length }) => length === 0)) return undefined;
  return { mode, teams, bots };
}

function fits(units: readonly Unit[], shape: TeamShape): boolean {
  return splitTeams(units, shape) !== undefined;
}

/** Others within the window, the nearest in rating first. */
function* nearest<Member extends PoolUnit>(
  byRating: readonly Member[],
  { id, rating }: Member,
  window: number,
): Generator<Member> {
  let above = indexOfRating(byRating, rating);
  let below = above - 1;
  const distanceAt = (index: number): number => {
    const other = byRating[index];
    return other === undefined ? Infinity : Math.abs(other.rating - rating);
  };
  for (let looked = 0; looked < CANDIDATES_MAX; looked++) {
    const isAbove = distanceAt(above) <= distanceAt(below);
    const index = isAbove ? above++ : below--;
    const unit = byRating[index];
    if (unit === undefined || distanceAt(index) > window) return;
    if (unit.id !== id) yield unit;
  }
}

/** Where the first rating is that is not below this one. */
function indexOfRating(byRating: readonly Unit[], wanted: number): number {
  return indexAfter(byRating, (rating) => rating < wanted);
}

/** Where those end for whose rating the test holds; they come before those for whose it does not. */
function indexAfter(byRating: readonly Unit[], isBefore: (rating: number) => boolean): number {
  let low = 0;
  let high = byRating.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(byRating[middle]?.rating ?? Infinity)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sortByWait<Member extends PoolUnit>(waiting: Map<string, Member>): void {
  const units = [...waiting.values()].sort((a, b) => a.sinceMs - b.sinceMs);
  waiting.clear();
  for (const unit of units) waiting.set(unit.id, unit);
}
