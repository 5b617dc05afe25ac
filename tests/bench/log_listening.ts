/** Says where something listens, in the words of a service's log. */
export function logListening(service: string, name: string, address: Deno.Addr): void {
  if (address.transport !== "tcp" && address.transport !== "udp") return;
  const { hostname, port } = address;
  const entry = {
    level: "INFO",
    service,
    event: "listening",
    name,
    address: `${hostname}:${port}`,
  };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(entry)}\n`));
}
