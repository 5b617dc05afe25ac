import { findLibc } from "../../core/net/libc_path.ts";
import { buildC } from "./build_c.ts";
import {
  ECHO_BYTES,
  ECHO_IN_FLIGHT,
  ECHO_SOCKETS,
  type EchoRate,
  measureEcho,
} from "./echo_rate.ts";
import { type Figure, figureOf, type Round, type Skipped } from "./figure.ts";
import { canPin, isThere, scriptWords } from "./program.ts";

const ROUNDS = 5;

type Servers = Readonly<Record<"mmsg" | "datagram" | "bare" | "c", readonly string[]>>;

/**
 * UDP datagrams sent back a second by this repository's socket thread with its rings, through both
 * backends, beside a bare loop of `Deno.listenDatagram` and a program in C with the same system calls as
 * `mmsg`; the four in turn. Once by the clock and once by processor time.
 */
export async function measureUdp(dataDir: string): Promise<Figure[] | Skipped> {
  const name = "UDP echo";
  if (!await isThere("cc")) return { name, reason: "there is no C compiler" };
  if (findLibc() === undefined) return { name, reason: "the mmsg backend cannot be had here" };
  const load = await buildC("udp_echo_load", dataDir);
  const servers: Servers = {
    mmsg: scriptWords("udp_echo.ts", "mmsg"),
    datagram: scriptWords("udp_echo.ts", "datagram"),
    bare: scriptWords("udp_echo.ts", "bare"),
    c: [await buildC("udp_echo", dataDir)],
  };
  const rounds: Record<keyof Servers, EchoRate>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({
      mmsg: await measureEcho(servers.mmsg, load),
      c: await measureEcho(servers.c, load),
      datagram: await measureEcho(servers.datagram, load),
      bare: await measureEcho(servers.bare, load),
    });
  }
  return figuresOf(rounds);
}

function figuresOf(rounds: readonly Record<keyof Servers, EchoRate>[]): Figure[] {
  const compare = (
    [value, baseline]: readonly [keyof Servers, keyof Servers],
    unit: "perSecond" | "perCpuSecond",
  ): Round[] =>
    rounds.map((round) => ({ value: round[value][unit], baseline: round[baseline][unit] }));
  const lost = (name: keyof Servers): number =>
    rounds.reduce((sum, one) => sum + one[name].lost, 0);
  const notes = [
    `${ECHO_SOCKETS} sockets with ${ECHO_IN_FLIGHT} datagrams of ${ECHO_BYTES} bytes each under way`,
    `lost: mmsg ${lost("mmsg")}, C ${lost("c")}, datagram ${lost("datagram")}, bare ${
      lost("bare")
    }`,
    canPin ? "server and load on a core each" : "not pinned",
  ];
  const clock = { unit: "echoes/s", notes: [] };
  const processor = { unit: "echoes/CPU s", notes: [] };
  const c = { baseline: "C, recvmmsg and sendmmsg", aim: 0.9 };
  const bare = { baseline: "bare listenDatagram loop" };
  return [
    figureOf(
      { ...clock, ...c, name: "UDP echo, mmsg", notes },
      compare(["mmsg", "c"], "perSecond"),
    ),
    figureOf(
      { ...processor, ...c, name: "The same by processor time" },
      compare(["mmsg", "c"], "perCpuSecond"),
    ),
    figureOf(
      { ...clock, ...bare, name: "UDP echo, datagram" },
      compare(["datagram", "bare"], "perSecond"),
    ),
    figureOf(
      { ...processor, ...bare, name: "The same by processor time" },
      compare(["datagram", "bare"], "perCpuSecond"),
    ),
  ];
}
