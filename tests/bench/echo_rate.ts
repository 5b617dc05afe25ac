import type { JsonObject } from "../../core/json.ts";
import { EchoServer } from "./echo_server.ts";
import { LOAD_CPU, numberOf, Program } from "./program.ts";

/** Sockets of the load. */
export const ECHO_SOCKETS = 8;
/** Datagrams of each that are under way: all of them are what a socket with the usual buffer holds. */
export const ECHO_IN_FLIGHT = 32;
/** Bytes of each datagram. */
export const ECHO_BYTES = 64;

const WARM_UP_S = 1;
const LOAD_S = 2;

/** What a server that sends datagrams back did in one round. */
export interface EchoRate {
  /** Datagrams sent back a second. */
  readonly perSecond: number;
  /** By second of the server's processor time; NaN where the system does not say. */
  readonly perCpuSecond: number;
  /** Datagrams that did not come back. */
  readonly lost: number;
}

/** How fast a server sends back what `load` sends; both are given as the words that run them. */
export async function measureEcho(server: readonly string[], load: string): Promise<EchoRate> {
  await using echo = await EchoServer.start(server);
  const run = (seconds: number): Promise<JsonObject> => {
    const args = ["127.0.0.1", echo.port, ECHO_SOCKETS, ECHO_IN_FLIGHT, ECHO_BYTES, seconds].map(
      String,
    );
    return new Program([load, ...args], LOAD_CPU).result();
  };
  // Until its code is compiled.
  await run(WARM_UP_S);
  const startCpuS = await echo.cpuSeconds();
  const result = await run(LOAD_S);
  const cpuS = await echo.cpuSeconds() - startCpuS;
  const perSecond = numberOf(result, "perSecond");
  // The load counts all of its time by the time that it measures, so that both count alike.
  const perCpuSecond = numberOf(result, "all") / cpuS;
  return { perSecond, perCpuSecond, lost: numberOf(result, "lost") };
}
