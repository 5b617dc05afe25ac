/**
 * Which simulation this is. It goes up by one with every change after which the same options and calls
 * may give another match: a recording of another version is not replayed.
 */
export const SIMULATION_VERSION = 1;
