import { FREE_PORTS } from "../clients/free_ports.ts";

/** The settings of a service that is measured: free ports, a folder of its own, and no limits in the way. */
export function serviceEnv(dataDir: string): Readonly<Record<string, string>> {
  return {
    ...FREE_PORTS,
    DATA_DIR: dataDir,
    LISTEN_HOST: "127.0.0.1",
    LOG_FORMAT: "json",
    AUTH_SEED_ACCOUNTS: "true",
    GAME_ALLOW_GUESTS: "true",
    GAME_PLAYER_MESSAGES_PER_SECOND: "10000000",
    // Whoever sends nothing for a while is still there in the next round.
    GAME_SILENCE_MS: "600000",
  };
}
