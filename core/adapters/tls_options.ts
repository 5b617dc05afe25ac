/** What a connection is encrypted with; the files are read again for each connection. */
export interface TlsFiles {
  /** PEM file of the authorities to trust; undefined: those that the process trusts. */
  readonly caFile: string | undefined;
  /** PEM file of our own certificate, with `keyFile`. */
  readonly certFile: string | undefined;
  /** PEM file of its key. */
  readonly keyFile: string | undefined;
}

/** What is asked of a server's certificate: nothing, a known authority, or its host's name too. */
export type TlsVerify = "nothing" | "authority" | "host";

/** The options of `node:tls`, as clients of brokers and databases take them. */
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

/** Reads the files. @throws Error naming the one that cannot be read */
export function readTlsOptions(files: TlsFiles, verify: TlsVerify = "host"): TlsOptions {
  const { caFile, certFile, keyFile } = files;
  return {
    rejectUnauthorized: verify !== "nothing",
    ...(verify === "host" ? {} : { checkServerIdentity: () => undefined }),
    ...(caFile === undefined ? {} : { ca: readPem(caFile) }),
    ...(certFile === undefined ? {} : { cert: readPem(certFile) }),
    ...(keyFile === undefined ? {} : { key: readPem(keyFile) }),
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
