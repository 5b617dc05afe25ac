/**
 * Tries, with the rights of the process that it is loaded into by `--preload`, what no service of ours has
 * to do, and says in one line of JSON how each attempt ended. Nothing that it tries leaves this machine or
 * changes anything, also where it is allowed.
 *
 * @module
 */
import { PROBED_EVENT } from "./probe_report.ts";

type Attempt = () => unknown;

/** An address of this machine that is in no list of ours; nobody listens there. */
const ELSEWHERE = { hostname: "127.0.0.2", port: 9 };

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  read_passwords: () => Deno.readTextFileSync("/etc/passwd"),
  read_configuration: () => Deno.readTextFileSync("./deno.json"),
  read_environment_of_process: () => Deno.readTextFileSync("/proc/self/environ"),
  list_root: () => [...Deno.readDirSync("/")],
  write_source: () => Deno.openSync("./core/limits.ts", { append: true }).close(),
  write_outside_data: () => {
    Deno.writeTextFileSync("./data_probe", "", { createNew: true });
    Deno.removeSync("./data_probe");
  },
  leave_data_by_dots: () => Deno.openSync("./data/../deno.json", { append: true }).close(),
  connect_elsewhere: async () => (await Deno.connect(ELSEWHERE)).close(),
  connect_by_name: async () =>
    (await Deno.connect({ ...ELSEWHERE, hostname: "a.invalid" })).close(),
  fetch_elsewhere: () => fetch(`http://${ELSEWHERE.hostname}:8000/`),
  send_elsewhere: async () => {
    const socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
    try {
      await socket.send(new Uint8Array(1), { ...ELSEWHERE, transport: "udp" });
    } finally {
      socket.close();
    }
  },
  listen_elsewhere: () => Deno.listen({ ...ELSEWHERE, port: 0 }).close(),
  run_program: () => new Deno.Command("true").outputSync(),
  signal_process: () => Deno.kill(Deno.ppid, "SIGCONT"),
  load_library: () => Deno.dlopen("/lib/x86_64-linux-gnu/libm.so.6", {}).close(),
  ask_system: () => Deno.hostname(),
  raise_rights: () => {
    const deno = { permissions: { run: true } } as const;
    new Worker("data:text/javascript,", { type: "module", deno }).terminate();
  },
  connect_loopback: async () => (await Deno.connect({ hostname: "127.0.0.1", port: 9 })).close(),
};

const outcomes: Record<string, string> = {};
for (const [name, attempt] of Object.entries(ATTEMPTS)) outcomes[name] = await outcomeOf(attempt);
const hosts = ["deno.land:443", "esm.sh:443", "raw.githubusercontent.com:443"];
const report = {
  event: PROBED_EVENT,
  outcomes,
  // Asked, not tried: these are other people's machines.
  importable: hosts.filter((host) =>
    Deno.permissions.querySync({ name: "import", host }).state === "granted"
  ),
  variables: Object.keys(Deno.env.toObject()).toSorted(),
};
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(report)}\n`));

async function outcomeOf(attempt: Attempt): Promise<string> {
  try {
    await attempt();
    return "allowed";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
