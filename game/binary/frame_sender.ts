import type { Match } from "../match.ts";
import type { Player } from "../player.ts";
import type { Tank } from "../simulation/tank.ts";
import { FrameHistory } from "./frame_history.ts";

/** What a sender works with. */
export interface FrameSenderOptions {
  /** Whose players they are. */
  readonly match: Match;
  /** Who plays; read at each call. */
  readonly players: { readonly list: readonly Player[] };
  /** Ticks for each snapshot, 1 and up; asked each tick. */
  readonly ticksPerFrame: () => number;
}

/** Later than any tick. */
const NEVER_TICK = 0x7fff_ffff;

/** The part of a session that is for those who speak the binary protocol: inputs in, snapshots out. */
export class FrameSender {
  readonly #options: FrameSenderOptions;
  #frames: FrameHistory | undefined;
  /** No present client has or comes to have an older baseline; one that joins has none. */
  #oldestBaselineTick = NEVER_TICK;

  /** Keeps no frames before somebody is there for whom they are. */
  constructor(options: FrameSenderOptions) {
    this.#options = options;
  }

  /**
   * Before a step: has those act who send their inputs by ticks, and notes how far what each player is
   * shown lags behind, in JSON by what was acknowledged.
   */
  drive(): void {
    const { match: { recorder, world }, players } = this.#options;
    let oldestTick = NEVER_TICK;
    for (const { link, tank, ackedTick } of players.list) {
      const { ticked } = link;
      const baselineTick = ticked?.oldestBaselineTick ?? 0;
      if (baselineTick > 0 && baselineTick < oldestTick) oldestTick = baselineTick;
      const shownTick = ticked === undefined ? ackedTick ?? 0 : ticked.viewTick;
      if (shownTick > 0) this.#noteLag(tank, world.tick + 1 - shownTick);
      const input = ticked?.takeInput();
      if (input === undefined) continue;
      recorder.setInput(tank.slot, input);
      if (ticked?.firesOnce) recorder.fireOnce(tank.slot);
    }
    this.#oldestBaselineTick = oldestTick;
  }

  /** After a step: gives each of them what the tick has for it. */
  flush(hasEnded: boolean): void {
    const { match: { world }, players, ticksPerFrame } = this.#options;
    this.#frames?.observe();
    const isDue = hasEnded || world.tick % ticksPerFrame() === 0;
    let isCaptured = false;
    for (const { link } of players.list) {
      if (link.ticked === undefined) continue;
      const frames = this.#frames ??= new FrameHistory(world);
      if (isDue && !isCaptured) frames.capture(this.#oldestBaselineTick);
      isCaptured = isDue;
      link.ticked.flush(frames, isDue);
    }
  }

  /** Once the match is over: repeats the last snapshot, and what waits, to those who lack it. */
  repeat(): void {
    if (this.#frames === undefined) return;
    for (const { link } of this.#options.players.list) link.ticked?.flush(this.#frames, true);
  }

  /** A tick more or less is jitter: noted each time, it would be most of what a replay keeps. */
  #noteLag({ slot, viewLagTicks }: Tank, lagTicks: number): void {
    if (Math.abs(lagTicks - viewLagTicks) <= 1) return;
    this.#options.match.recorder.setViewLag(slot, lagTicks);
  }
}
