import type { ConfigReader } from "../config.ts";
import type { TlsFiles, TlsVerify } from "./tls_options.ts";

/** How a connection to a database is encrypted. */
export interface DatabaseTls extends TlsFiles {
  /** What is asked of the server's certificate. */
  readonly verify: TlsVerify;
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
  files: TlsFiles,
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
