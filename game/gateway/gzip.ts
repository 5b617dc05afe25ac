/** Text as UTF-8, compressed with gzip. */
export async function gzip(parts: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const text = new Blob([...parts]).stream();
  return await new Response(text.pipeThrough(new CompressionStream("gzip"))).bytes();
}

/** Whether an `Accept-Encoding` header allows gzip (RFC 9110, section 12.5.3). */
export function takesGzip(header: string | null): boolean {
  return header?.split(",").some((coding) => {
    const [name = "", ...parameters] = coding.toLowerCase().split(";").map((part) => part.trim());
    return (name === "gzip" || name === "*") &&
      !parameters.some((each) => /^q=0(\.0*)?$/.test(each));
  }) ?? false;
}
