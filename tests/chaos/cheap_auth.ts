/**
 * The auth service as its own program, but for passwords that cost next to nothing to hash: what is to be
 * seen under load is what it writes.
 *
 * @module
 */
import { parseAuthConfig } from "../../auth/config.ts";
import { AUTH_PORTS, startAuth } from "../../auth/service.ts";
import { runProgram } from "../../core/lifecycle.ts";

const CHEAP_HASH = { costLog2: 4, blockSize: 8, parallelization: 1 };

await runProgram({
  name: "auth",
  ports: AUTH_PORTS,
  parseConfig: parseAuthConfig,
  start: (config, deps) => startAuth(config, { ...deps, hashParameters: CHEAP_HASH }),
});
