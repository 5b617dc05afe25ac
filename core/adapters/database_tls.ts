import type { ConfigReader } from "../config.ts";

/** How a connection to a database is encrypted. */
export interface DatabaseTls {
  /** What is asked of the server's certificate: nothing, a known authority, or its host's name too. */
  readonly verify: "nothing" | "authority" | "host";
  /** PEM file of the authorities to trust; undefined: those that the process trusts. */
  readonly caFile: string | undefined;
  /** PEM file of our own certificate, with `keyFile`. */
  readonly certFile: string | undefined;
  /** PEM file of its key. */
  readonly keyFile: string | undefined;
}

/** The options of `node:tls`, as both databases' clients take them. */
export interface TlsOptions {
  /** Whether a certificate of an unknown authority ends the connection. */
  readonly rejectUnauthorized: boolean;
  /** Looks at the name in the certificate, or not. */
  readonly checkServerIdentity?: () => undefined;
  /** The authorities' certificates. */
  readonly ca?: string;
  /** Our certificate. */
  readonly cert?: string;
  /** Its key. */
  readonly key?: string;
}

/**
 * The modes of PostgreSQL's clients (https://www.postgresql.org/docs/current/libpq-ssl.html), without
 * `allow` and `prefer`, which give up encryption as soon as somebody in between asks for it.
 */
export const TLS_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;

/** One of {@linkcode TLS_MODES}. */
export type TlsMode = typeof TLS_MODES[number];

/** What a mode means; undefined: not encrypted. With authorities, `require` asks for one of them. */
export function toDatabaseTls(
  mode: TlsMode,
  files: Omit<DatabaseTls, "verify">,
): DatabaseTls | undefined {
  if (mode === "disable") return undefined;
  if (mode === "verify-full") return { verify: "host", ...files };
  const verify = mode === "verify-ca" || files.caFile !== undefined ? "authority" : "nothing";
  return { verify, ...files };
}

/** Reads `<prefix>`, one of {@linkcode TLS_MODES}, and `<prefix>_CA_FILE`, `_CERT_FILE`, `_KEY_FILE`. */
export function readDatabaseTls(reader: ConfigReader, prefix: string): DatabaseTls | undefined {
  const mode = reader.choice(prefix, "disable", TLS_MODES);
  const [caFile, certFile, keyFile] = ["CA", "CERT", "KEY"].map((what) =>
    reader.optional(`${prefix}_${what}_FILE`)
  );
  if ((certFile === undefined) !== (keyFile === undefined)) {
    reader.problem(`${prefix}_KEY_FILE`, `must be set with ${prefix}_CERT_FILE`, keyFile ?? "");
  }
  return toDatabaseTls(mode, { caFile, certFile, keyFile });
}

/** Reads the files. @throws Error naming the one that cannot be read */
export function readTlsOptions(tls: DatabaseTls): TlsOptions {
  return {
    rejectUnauthorized: tls.verify !== "nothing",
    ...(tls.verify === "host" ? {} : { checkServerIdentity: () => undefined }),
    ...(tls.caFile === undefined ? {} : { ca: readPem(tls.caFile) }),
    ...(tls.certFile === undefined ? {} : { cert: readPem(tls.certFile) }),
    ...(tls.keyFile === undefined ? {} : { key: readPem(tls.keyFile) }),
  };
}

function readPem(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read certificate ${path}: ${message}`, { cause: error });
  }
}
