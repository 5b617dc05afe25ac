import { runProgram } from "../core/lifecycle.ts";
import { parseGameConfig } from "./config.ts";
import { GAME_PORTS, startGame } from "./service.ts";

await runProgram({
  name: "game",
  ports: GAME_PORTS,
  parseConfig: parseGameConfig,
  start: startGame,
});
