/** What was done to a world between two steps, or the steps themselves. */
export type WorldOp =
  | {
    /** Tells the operations apart. */
    readonly kind: "step";
    /** Steps in a row, 1 and up. */
    readonly count: number;
  }
  | {
    /** Tells the operations apart. */
    readonly kind: "join";
    /** The slot that the tank got. */
    readonly slot: number;
    /** The team that it got. */
    readonly team: number;
  }
  | {
    /** Tells the operations apart. */
    readonly kind: "leave" | "shot";
    /** Whose tank. */
    readonly slot: number;
  }
  | {
    /** Tells the operations apart. */
    readonly kind: "input";
    /** Whose tank. */
    readonly slot: number;
    /** -127..127; undefined where it is as before. */
    readonly throttle: number | undefined;
    /** -127..127; undefined where it is as before. */
    readonly turn: number | undefined;
    /** A heading; undefined where it is as before. */
    readonly turret: number | undefined;
    /** Whether the trigger is held. */
    readonly fire: boolean;
  }
  | {
    /** Tells the operations apart. */
    readonly kind: "order";
    /** Whose tank. */
    readonly slot: number;
    /** Where to, µm. */
    readonly xUm: number;
    /** Where to, µm. */
    readonly yUm: number;
  }
  | {
    /** Tells the operations apart. */
    readonly kind: "lag";
    /** Whose tank. */
    readonly slot: number;
    /** Ticks. */
    readonly ticks: number;
  };

/** The number of each operation in its first byte's low bits. */
export const OP_CODES = {
  step: 0,
  join: 1,
  leave: 2,
  input: 3,
  order: 4,
  shot: 5,
  lag: 6,
} as const;

/** Bits of the first byte that hold the code; an input's flags are above them. */
export const OP_CODE_BITS = 3;

/** What the flags of an input say. */
export const INPUT_FLAGS = { throttle: 1, turn: 2, turret: 4, fire: 8 } as const;
