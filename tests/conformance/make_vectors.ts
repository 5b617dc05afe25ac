/**
 * Writes the golden vectors: `deno run --allow-write=tests/conformance/vectors
 * tests/conformance/make_vectors.ts`. The same bytes every time; a test holds the files against it.
 */
import { handshakeVectors, inputVectors, sessionVectors } from "./message_vectors.ts";
import { rejectVectors } from "./reject_vectors.ts";
import { keyVectors, tagVectors, windowVectors } from "./security_vectors.ts";
import { snapshotVectors } from "./snapshot_vectors.ts";
import { type VectorFile, VECTORS_FOLDER, vectorText } from "./vector_file.ts";

/** All files of vectors, made anew. */
export function makeVectors(): VectorFile[] {
  return [
    handshakeVectors(),
    inputVectors(),
    sessionVectors(),
    snapshotVectors(),
    keyVectors(),
    tagVectors(),
    windowVectors(),
    rejectVectors(),
  ];
}

if (import.meta.main) {
  for (const file of makeVectors()) {
    await Deno.writeTextFile(new URL(`${file.name}.json`, VECTORS_FOLDER), vectorText(file));
  }
}
