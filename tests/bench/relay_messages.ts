const TANKS = 10;

/** The match of all clients. */
export const RELAY_MATCH = "relayed-match";

/** What a client sends: a player's input, as the web page does. */
export const INPUT_FRAME: string = JSON.stringify({
  ...{ type: "PLAYER_INPUT", seq: 1_234, throttle: 1, turn: -0.5, turret: 1.5708, fire: false },
  ack: 5_678,
});

/** What a client gets for it: a state in which ten tanks have moved. */
export const STATE_FRAME: string = JSON.stringify({
  ...{ type: "WORLD_STATE", tick: 5_679, base: 5_676, ack_seq: 1_234 },
  tanks: Array.from({ length: TANKS }, (_, index) => ({
    tank_id: `0d6e1c3e-8f0b-4a43-9f38-0000000000${10 + index}`,
    x: 10.25 + index,
    y: 20.75 - index,
    heading: 1.234,
    turret: 2.345,
  })),
  ...{ gone: [], shells: [], events: [] },
});
