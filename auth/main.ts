import { runProgram } from "../core/lifecycle.ts";
import { parseAuthConfig } from "./config.ts";
import { AUTH_PORTS, startAuth } from "./service.ts";

await runProgram({
  name: "auth",
  ports: AUTH_PORTS,
  parseConfig: parseAuthConfig,
  start: startAuth,
});
