import type { RunningService, ServiceAddress } from "../core/service.ts";

const BOLD = "\x1b[1m";
const RESET = "\x1b[0m";

/**
 * What a person sees when everything runs: a table of what listens where, and lines to copy.
 *
 * @param options `colour`: emphasise headings for a terminal; `opsToken`: what operators show the gateway,
 * if they can
 */
export function startUpText(
  services: Readonly<Record<string, RunningService>>,
  options: { readonly colour: boolean; readonly opsToken?: string | undefined },
): string {
  const rows = Object.entries(services).flatMap(([service, { addresses }]) =>
    Object.entries(addresses).map(([name, address]) => [service, name, urlOf(name, address)])
  );
  const heading = ["service", "what", "address"];
  const widths = heading.map((_, column) =>
    Math.max(...[heading, ...rows].map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[]): string =>
    "  " + row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  const emphasise = (text: string): string => options.colour ? `${BOLD}${text}${RESET}` : text;
  return [
    "",
    emphasise(line(heading)),
    ...rows.map(line),
    "",
    ...copyableLines(services, options).flatMap((
      [what, command],
    ) => [emphasise(`  ${what}`), `  ${command}`]),
    "",
    "  Ctrl-C ends everything.",
    "",
  ].join("\n");
}

function urlOf(name: string, address: ServiceAddress): string {
  const place = `${reachable(address.hostname)}:${address.port}`;
  if (name === "ops") return `http://${place}/metrics`;
  return address.transport === "http" ? `http://${place}` : `${address.transport} ${place}`;
}

function copyableLines(
  services: Readonly<Record<string, RunningService>>,
  { opsToken }: { readonly opsToken?: string | undefined },
): (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = [];
  const gateway = services["gateway"]?.addresses["http"];
  if (gateway !== undefined) lines.push(["Play in a browser:", urlOf("http", gateway)]);
  if (gateway !== undefined && opsToken !== undefined) {
    // A browser sends no fragment to anybody.
    lines.push(["See what the servers do:", `${urlOf("http", gateway)}/ops#token=${opsToken}`]);
  }
  const auth = services["auth"]?.addresses["tcp"];
  if (auth !== undefined) {
    const login = '{"action":"login","username":"player1","password":"password123"}';
    lines.push(["Log in:", `echo '${login}' | nc -w2 ${netcatTarget(auth)}`]);
  }
  const game = services["game"]?.addresses["udp"];
  if (game !== undefined) {
    const join = '{"action":"join_game","player_id":"p1"}';
    lines.push(["Join a match:", `echo '${join}' | nc -u -w1 ${netcatTarget(game)}`]);
  }
  return lines;
}

function netcatTarget(address: ServiceAddress): string {
  return `${reachable(address.hostname)} ${address.port}`;
}

// What listens everywhere is reached on this machine at its loopback address.
function reachable(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
