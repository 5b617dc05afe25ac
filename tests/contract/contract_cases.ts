/** What every port has. */
export interface Closable {
  /** Ends it; calling it again does nothing. */
  close(): Promise<void>;
}

/** A port that a contract case may use, and what else can be done with its server. */
export interface Opened<Port extends Closable> {
  /** The port, which the case closes if it likes. */
  readonly port: Port;
  /** Opens the same storage again, once `port` is closed. */
  readonly reopen?: () => Promise<Port>;
  /** Stops the server, waits for `whileDown`, and starts the server again. */
  readonly restart?: (whileDown: () => Promise<void>) => Promise<void>;
  /** Cleans up after the case; the port is closed by then. */
  readonly dispose?: () => Promise<void>;
}

/** Which cases of a contract apply to an implementation. */
export interface ContractOptions {
  /** Its server is not here: the cases are listed and not run. */
  readonly ignore?: boolean;
  /** What `open` gives has `reopen`. */
  readonly reopens?: boolean;
  /** What `open` gives has `restart`. */
  readonly restarts?: boolean;
  /** Whether a case may leave operations or resources of its vendor behind. Default false. */
  readonly leaks?: boolean;
}

/** What a case is handed. */
export interface CaseContext<Port extends Closable> extends Opened<Port> {
  /** A name that no other case uses: lower-case letters, digits and underscores. */
  unique(what: string): string;
  /** As in {@linkcode Opened}, for cases that ask for it. */
  reopen(): Promise<Port>;
  /** As in {@linkcode Opened}, for cases that ask for it. */
  restart(whileDown: () => Promise<void>): Promise<void>;
}

/** Registers a case: the rule that it proves, the proof, and what it asks of the implementation. */
export type RegisterCase<Port extends Closable> = (
  rule: string,
  prove: (context: CaseContext<Port>) => Promise<void>,
  needs?: { readonly reopen?: boolean; readonly restart?: boolean },
) => void;

/** Gives the function that registers the cases of one implementation as `<port> (<name>) <rule>`. */
export function contractCases<Port extends Closable>(
  subject: string,
  open: () => Promise<Opened<Port>>,
  options: ContractOptions,
): RegisterCase<Port> {
  const { ignore = false, reopens = false, restarts = false, leaks = false } = options;
  return (rule, prove, needs = {}) => {
    const whyNot = ignore
      ? "its server is not here"
      : needs.reopen && !reopens
      ? "it keeps nothing to be opened again"
      : needs.restart && !restarts
      ? "it has no server that could go away"
      : undefined;
    Deno.test({
      name: `${subject} ${rule}${whyNot === undefined ? "" : ` (skipped: ${whyNot})`}`,
      ignore: whyNot !== undefined,
      sanitizeOps: !leaks,
      sanitizeResources: !leaks,
      fn: () => runCase(open, prove),
    });
  };
}

async function runCase<Port extends Closable>(
  open: () => Promise<Opened<Port>>,
  prove: (context: CaseContext<Port>) => Promise<void>,
): Promise<void> {
  const opened = await open();
  const ports = [opened.port];
  try {
    await prove({
      ...opened,
      unique: (what) => `${what}_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`,
      reopen: async () => {
        const port = await demand(opened.reopen, "reopen")();
        ports.push(port);
        return port;
      },
      restart: (whileDown) => demand(opened.restart, "restart")(whileDown),
    });
  } finally {
    for (const port of ports) await port.close();
    await opened.dispose?.();
  }
}

function demand<T>(control: T | undefined, name: string): T {
  if (control === undefined) throw new Error(`Cannot run the case: open gives no ${name}`);
  return control;
}
