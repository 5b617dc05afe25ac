const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Names a text in 16 hexadecimal digits; nobody but us writes these texts, so that it need not be secure. */
export function hashText(text: string): string {
  return hashOf(text, FNV_OFFSET) + hashOf(text, 0);
}

/** FNV-1a with 32 bits (Fowler, Noll and Vo) over UTF-16 units. */
function hashOf(text: string, offset: number): string {
  let hash = offset;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
