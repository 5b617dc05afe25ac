import type { World } from "./world.ts";

/**
 * A fingerprint of all that can influence the future of a world: 64 bits as 16 hex digits. Equal
 * worlds have equal hashes on every machine; one changed field changes it. The ids of tanks and
 * players are labels and are left out, so that a replay may name them anew.
 */
export function hashWorld(world: World): string {
  const hash = new WordHash();
  hashSetting(hash, world);
  hash.add(world.tick);
  for (const word of world.rngState) hash.add(word);
  hash.add(world.nextShellId);
  for (const score of world.scores) hash.add(score);
  hash.add(world.outcome === undefined ? -1 : world.outcome.winner);
  hash.add(world.outcome?.reason === "score" ? 1 : 0);
  hashTanks(hash, world);
  for (const number of world.savePast()) hash.add(number);
  hashShells(hash, world);
  return hash.digest();
}

/** What the world was made from, but for the seed: the generator's state stands for that. */
function hashSetting(hash: WordHash, { arena, rules, tickRate }: World): void {
  hash.add(tickRate);
  hash.add(rules.teamCount);
  hash.add(rules.tanksMax);
  hash.add(rules.scoreLimit);
  hash.add(rules.timeLimitMs);
  hash.add(rules.respawnMs);
  hash.add(rules.friendlyFire ? 1 : 0);
  hash.add(rules.botTeam ?? 0);
  hash.add(arena.widthUm);
  hash.add(arena.heightUm);
  hash.add(arena.walls.length);
  for (const wall of arena.walls) {
    hash.add(wall.xUm);
    hash.add(wall.yUm);
    hash.add(wall.widthUm);
    hash.add(wall.heightUm);
  }
  hash.add(arena.spawns.length);
  for (const spawn of arena.spawns) {
    hash.add(spawn.xUm);
    hash.add(spawn.yUm);
    hash.add(spawn.heading);
  }
}

function hashTanks(hash: WordHash, world: World): void {
  hash.add(world.tanks.length);
  for (const tank of world.tanks) {
    hash.add(tank.slot);
    hash.add(tank.team);
    hash.add(tank.xUm);
    hash.add(tank.yUm);
    hash.add(tank.heading);
    hash.add(tank.turret);
    hash.add(tank.speedUmPerTick);
    hash.add(tank.hp);
    hash.add(tank.score);
    hash.add(tank.kills);
    hash.add(tank.deaths);
    hash.add(tank.reloadTicks);
    hash.add(tank.respawnTicks);
    hash.add(tank.protectedTicks);
    hash.add(tank.input.throttle);
    hash.add(tank.input.turn);
    hash.add(tank.input.turret);
    hash.add(tank.orderXUm);
    hash.add(tank.orderYUm);
    hash.add(tank.orderTicks);
    hash.add(tank.viewLagTicks);
    hash.add(
      (tank.alive ? 1 : 0) | (tank.input.fire ? 2 : 0) | (tank.aims ? 4 : 0) |
        (tank.firePending ? 8 : 0),
    );
  }
}

function hashShells(hash: WordHash, world: World): void {
  hash.add(world.shells.length);
  for (const shell of world.shells) {
    hash.add(shell.id);
    hash.add(shell.ownerSlot);
    hash.add(shell.team);
    hash.add(shell.xUm);
    hash.add(shell.yUm);
    hash.add(shell.velocityXUm);
    hash.add(shell.velocityYUm);
    hash.add(shell.ticksLeft);
  }
}

/**
 * Two lanes in the manner of MurmurHash3 (x86, 32 bit; Appleby, public domain) with different
 * constants. Good against accidents; no defence against somebody who wants two worlds to collide.
 */
class WordHash {
  #first = 0x9747b28c;
  #second = 0x3c6ef372;
  #count = 0;

  /** Adds the low 32 bits of an integer. */
  add(word: number): void {
    const first = Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    this.#first = (Math.imul(rotateLeft(this.#first ^ first, 13), 5) + 0xe6546b64) | 0;
    const second = Math.imul(rotateLeft(Math.imul(word, 0x239b961b), 17), 0xab0e9789);
    this.#second = (Math.imul(rotateLeft(this.#second ^ second, 19), 5) + 0x561ccd1b) | 0;
    this.#count += 1;
  }

  digest(): string {
    return hex(finish(this.#first ^ this.#count)) + hex(finish(this.#second ^ this.#count));
  }
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
