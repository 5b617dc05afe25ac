/** Why a match ended. */
export type EndReason = "score" | "time";

/** How a match ended. */
export interface Outcome {
  /** The team that won, 0 for a draw. */
  readonly winner: number;
  /** Whether by score or by time. */
  readonly reason: EndReason;
}

/** A tank fired; (`xUm`, `yUm`) is its muzzle. A shot into a wall or tank before it never flies. */
export interface ShotEvent {
  /** Tells the events apart. */
  readonly kind: "shot";
  /** Of the tank to which it happened. */
  readonly slot: number;
  /** Of the shell that it fired. */
  readonly shellId: number;
  /** How many ticks before the step its shooter fired by what it saw; its shell has flown since then. */
  readonly lagTicks: number;
  /** Of its muzzle, µm. */
  readonly xUm: number;
  /** Of its muzzle, µm. */
  readonly yUm: number;
}

/** A tank lost hit points to a shell of `by`. */
export interface DamagedEvent {
  /** Tells the events apart. */
  readonly kind: "damaged";
  /** Of the tank to which it happened. */
  readonly slot: number;
  /** The slot of the tank that fired. */
  readonly by: number;
  /** Hit points lost. */
  readonly damage: number;
  /** Hit points before. */
  readonly hpBefore: number;
  /** Hit points left; 0: it is destroyed. */
  readonly hp: number;
}

/** A tank was destroyed by a shell of `by`. */
export interface DestroyedEvent {
  /** Tells the events apart. */
  readonly kind: "destroyed";
  /** Of the tank to which it happened. */
  readonly slot: number;
  /** The slot of the tank that fired. */
  readonly by: number;
}

/** A destroyed tank is back. */
export interface RespawnedEvent {
  /** Tells the events apart. */
  readonly kind: "respawned";
  /** Of the tank to which it happened. */
  readonly slot: number;
}

/** The match is over. */
export interface EndedEvent extends Outcome {
  /** Tells the events apart. */
  readonly kind: "ended";
}

/** What happened in a step that is more than movement. Slots name tanks. */
export type WorldEvent =
  | ShotEvent
  | DamagedEvent
  | DestroyedEvent
  | RespawnedEvent
  | EndedEvent;
