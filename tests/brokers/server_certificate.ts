import type { ProcessOwner } from "./server_process.ts";

/** An authority of a test's own and the certificate that it gave a server, as PEM files in one folder. */
export interface ServerCertificate {
  /** Whom clients trust. */
  readonly caFile: string;
  /** The server's certificate: for the name `localhost`, and not for any address. */
  readonly certFile: string;
  /** The server's key, readable by its owner alone. */
  readonly keyFile: string;
}

/** Makes an authority and a certificate for `localhost` in a folder. @throws Error without `openssl` */
export async function makeServerCertificate(folder: string): Promise<ServerCertificate> {
  const path = (name: string): string => `${folder}/${name}`;
  const caFile = path("ca.pem");
  const certFile = path("server.pem");
  const keyFile = path("server.key");
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await openssl(
    ["req", "-x509", ...newKey, "-days", "2", "-subj", "/CN=Authority of a test"],
    ["-keyout", path("ca.key"), "-out", caFile],
  );
  await openssl(
    ["req", ...newKey, "-subj", "/CN=localhost", "-keyout", keyFile, "-out", path("server.csr")],
  );
  await Deno.writeTextFile(path("extensions"), "subjectAltName=DNS:localhost\n");
  await openssl(
    ["x509", "-req", "-in", path("server.csr"), "-days", "2", "-extfile", path("extensions")],
    ["-CA", caFile, "-CAkey", path("ca.key"), "-CAcreateserial", "-out", certFile],
  );
  await Deno.chmod(keyFile, 0o600);
  return { caFile, certFile, keyFile };
}

/** Copies the server's part to where the server can read it, as its own. */
export async function copyCertificate(
  certificate: ServerCertificate,
  folder: string,
  owner: ProcessOwner | undefined,
): Promise<ServerCertificate> {
  const copy = {
    ...certificate,
    certFile: `${folder}/server.pem`,
    keyFile: `${folder}/server.key`,
  };
  await Deno.copyFile(certificate.certFile, copy.certFile);
  await Deno.copyFile(certificate.keyFile, copy.keyFile);
  if (owner === undefined) return copy;
  for (const path of [copy.certFile, copy.keyFile]) await Deno.chown(path, owner.uid, owner.gid);
  return copy;
}

async function openssl(...args: readonly string[][]): Promise<void> {
  const command = new Deno.Command("openssl", { args: args.flat(), stdout: "null" });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`Cannot make a certificate: ${new TextDecoder().decode(stderr)}`);
}
