import { tryParseIp } from "./ip_address.ts";
import { findLibc } from "./libc_path.ts";

/** A backend, or `auto`: `mmsg` where it can be had and else `datagram`. */
export const UDP_BACKEND_CHOICES = ["auto", "datagram", "mmsg"] as const;

/** One of {@linkcode UDP_BACKEND_CHOICES}. */
export type UdpBackendChoice = typeof UDP_BACKEND_CHOICES[number];

/** A backend that can be had; `mmsg` with where its libc is. */
export type ChosenUdpBackend =
  | { readonly name: "datagram" }
  | { readonly name: "mmsg"; readonly libcPath: string };

/**
 * The backend for a socket that listens on `hostname`. `mmsg` needs Linux on x86_64 or aarch64, an IP
 * address to listen on, and Deno's permission to load libc by its path.
 *
 * @throws Error where `mmsg` is asked for and cannot be had
 */
export function chooseUdpBackend(choice: UdpBackendChoice, hostname: string): ChosenUdpBackend {
  const datagram = { name: "datagram" } as const;
  if (choice === "datagram") return datagram;
  const libcPath = tryParseIp(hostname) === undefined ? undefined : findLibc();
  if (libcPath !== undefined) return { name: "mmsg", libcPath };
  if (choice === "auto") return datagram;
  throw new Error(
    "Cannot use UDP backend mmsg: it needs Linux on x86_64 or aarch64, an IP address to listen on, " +
      "and --allow-ffi=<path of libc.so.6>",
  );
}
