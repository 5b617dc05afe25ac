/**
 * The least that an HTTP server can do: `bare_http.ts <url>` fetches an answer once, and gives the same
 * bytes and headers to everybody, whatever is asked for.
 *
 * @module
 */
import { logListening } from "./log_listening.ts";

/** What Deno adds by itself. */
const ADDED: ReadonlySet<string> = new Set(["date", "content-length", "vary"]);

const original = await fetch(Deno.args[0] ?? "");
const body = await original.text();
const headers = Object.fromEntries([...original.headers].filter(([name]) => !ADDED.has(name)));
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: (address) => logListening("bare", "http", address),
}, () => new Response(body, { headers }));
