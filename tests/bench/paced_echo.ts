import { EchoServer } from "./echo_server.ts";
import { LOAD_CPU, numberOf, Program } from "./program.ts";

/** Sockets of the load: as many as players are served, for each costs the system memory to look at. */
const SOCKETS = 1_500;
/** Bytes of each datagram: an input's and a snapshot's are about as many. */
const BYTES = 70;
const WARM_UP_S = 1;
const MEASURED_S = 5;

/** What it costs to send datagrams back that come as players' do. */
export interface PacedEcho {
  /** Players for whom a core would do, by processor time; NaN where the system does not say. */
  readonly players: number;
  /** Processor time of one echo, in microseconds. */
  readonly echoUs: number;
}

/**
 * What a server, given as the words that run it, would serve: it sends back what players send.
 *
 * @throws Error where the load cannot be run
 */
export async function measurePacedEcho(
  server: readonly string[],
  { load, rate }: {
    /** The program that plays the players. */
    readonly load: string;
    /** How often a second each sends. */
    readonly rate: number;
  },
): Promise<PacedEcho> {
  await using echo = await EchoServer.start(server);
  const run = async (seconds: number): Promise<number> => {
    const args = ["127.0.0.1", echo.port, SOCKETS, rate, BYTES, seconds].map(String);
    return numberOf(await new Program([load, ...args], LOAD_CPU).result(), "returned");
  };
  await run(WARM_UP_S);
  const startCpuS = await echo.cpuSeconds();
  const returned = await run(MEASURED_S);
  const echoS = (await echo.cpuSeconds() - startCpuS) / returned;
  return { players: 1 / (echoS * rate), echoUs: echoS * 1e6 };
}
