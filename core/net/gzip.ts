/** Text as UTF-8, compressed with gzip. */
export async function gzip(parts: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const text = new Blob([...parts]).stream();
  return await new Response(text.pipeThrough(new CompressionStream("gzip"))).bytes();
}

/**
 * Whether a request's `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3): by its name or, where that is
 * not there, by `*`.
 *
 * @param header the header as it came; null where there is none
 */
export function takesGzip(header: string | null): boolean {
  const codings = (header ?? "").toLowerCase().split(",")
    .map((coding) => coding.split(";").map((part) => part.trim()));
  const coding = codings.find(([name]) => name === "gzip") ??
    codings.find(([name]) => name === "*");
  return coding !== undefined && !coding.some((part) => /^q=0(\.0*)?$/.test(part));
}
