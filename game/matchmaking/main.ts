import { runProgram } from "../../core/lifecycle.ts";
import { parseMatchmakerConfig } from "./config.ts";
import { MATCHMAKER_PORTS, startMatchmaker } from "./service.ts";

await runProgram({
  name: "matchmaker",
  ports: MATCHMAKER_PORTS,
  parseConfig: parseMatchmakerConfig,
  start: startMatchmaker,
});
