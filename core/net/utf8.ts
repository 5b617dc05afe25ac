// A byte order mark stays in the text: it is the protocol's to refuse.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that the bytes encode, or undefined where they are not UTF-8. */
export function tryDecodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    // A fatal decoder throws nothing but TypeError for malformed bytes, and the caller answers for that.
    return undefined;
  }
}
