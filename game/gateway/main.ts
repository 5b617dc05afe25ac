import { runProgram } from "../../core/lifecycle.ts";
import { parseGatewayConfig } from "./config.ts";
import { GATEWAY_PORTS, startGateway } from "./service.ts";

await runProgram({
  name: "gateway",
  ports: GATEWAY_PORTS,
  parseConfig: parseGatewayConfig,
  start: startGateway,
});
