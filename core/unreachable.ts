/**
 * Ends a switch over a union: the compiler refuses it while a case is missing.
 *
 * @throws Error always; reached only when a value lies about its type
 */
export function unreachable(value: never): never {
  throw new Error(`Cannot continue: unexpected value ${JSON.stringify(value)}`);
}
