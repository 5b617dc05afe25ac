/**
 * Stands in for `jsr:@std/assert` where JSR cannot be reached: the same code from npm, which ships
 * without declarations, with the signatures of the original beside it.
 *
 * @module
 */
// @ts-types="./types.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
