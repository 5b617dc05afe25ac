/** A shell in flight. Whoever is not the world may read it only; the world uses it again later. */
export class Shell {
  /** Unsigned 32-bit, growing from 1; names it while it flies. */
  id = 0;
  /** The slot of the tank that fired it. */
  ownerSlot = 0;
  /** The team of the tank that fired it. */
  team = 0;
  /** µm. */
  xUm = 0;
  /** µm. */
  yUm = 0;
  /** µm per tick. */
  velocityXUm = 0;
  /** µm per tick. */
  velocityYUm = 0;
  /** Ticks until it is spent; 0: it is. */
  ticksLeft = 0;
}
