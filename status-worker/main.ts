import { runProgram } from "../core/lifecycle.ts";
import { parseStatusConfig } from "./config.ts";
import { startStatus, STATUS_PORTS } from "./service.ts";

await runProgram({
  name: "status-worker",
  ports: STATUS_PORTS,
  parseConfig: parseStatusConfig,
  start: startStatus,
});
