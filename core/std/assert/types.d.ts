// The signatures of jsr:@std/assert 1.0, without `any`: what these accept, the original accepts too.

/** What an assertion throws when it does not hold. */
export class AssertionError extends Error {
  /** Makes one; `message` says what did not hold. */
  constructor(message: string, options?: ErrorOptions);
}

/** Any class, abstract ones too. */
export type AnyConstructor = abstract new (...args: never[]) => unknown;

/** The type of a class's instances. */
export type GetConstructorType<T extends AnyConstructor> = T extends
  abstract new (...args: never[]) => infer C ? C : never;

/** What a condition takes for false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Holds where `expr` is truthy. @throws AssertionError otherwise */
export function assert(expr: unknown, msg?: string): asserts expr;

/** Holds where `expr` is falsy. @throws AssertionError otherwise */
export function assertFalse(expr: unknown, msg?: string): asserts expr is Falsy;

/**
 * Holds where the numbers differ by at most `tolerance`, a ten-millionth of `expected` by default.
 *
 * @throws AssertionError otherwise
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void;

/** An object with a length and elements: an array or a typed array. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** Holds where `actual` has an equal of each element. @throws AssertionError otherwise */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void;

/** Holds where the values are deeply equal. @throws AssertionError with the difference otherwise */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void;

/** Holds where the values are not deeply equal. @throws AssertionError otherwise */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;

/** Holds where `actual` is neither null nor undefined. @throws AssertionError otherwise */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;

/** Holds where `actual > expected`. @throws AssertionError otherwise */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void;

/** Holds where `actual >= expected`. @throws AssertionError otherwise */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void;

/** Holds where `actual < expected`. @throws AssertionError otherwise */
export function assertLess<T>(actual: T, expected: T, msg?: string): void;

/** Holds where `actual <= expected`. @throws AssertionError otherwise */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;

/** Holds where `actual` is an instance of the class. @throws AssertionError otherwise */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is GetConstructorType<T>;

/** Holds where `actual` is no instance of the class. @throws AssertionError otherwise */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: abstract new (...args: never[]) => T,
  msg?: string,
): asserts actual is Exclude<A, T>;

/**
 * Holds where `error` is an Error of the class, with a message that includes or matches `msgMatches`.
 *
 * @throws AssertionError otherwise
 */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: abstract new (...args: never[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E;

/** Holds where the pattern matches. @throws AssertionError otherwise */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void;

/** Holds where the pattern does not match. @throws AssertionError otherwise */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;

/** Holds where `Object.is` does. @throws AssertionError otherwise */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T;

/** Holds where `Object.is` does not. @throws AssertionError otherwise */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void;

/** Holds where `actual` has, deeply, all that `expected` has. @throws AssertionError otherwise */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;

/** Holds where `actual` contains `expected`. @throws AssertionError otherwise */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void;

/** Holds where `fn` throws; gives what it threw. @throws AssertionError otherwise */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Holds where `fn` throws such an error; gives the error. @throws AssertionError otherwise */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: abstract new (...args: never[]) => E,
  msgIncludes?: string,
  msg?: string,
): E;

/** Holds where the promise rejects; gives the reason. @throws AssertionError otherwise */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Holds where it rejects with such an error; gives the error. @throws AssertionError otherwise */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: abstract new (...args: never[]) => E,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;

/** Whether the values are deeply equal. */
export function equal(a: unknown, b: unknown): boolean;

/** Fails. @throws AssertionError always */
export function fail(msg?: string): never;

/** Marks what is not written yet. @throws AssertionError always */
export function unimplemented(msg?: string): never;

/** Marks what cannot be reached. @throws AssertionError always */
export function unreachable(msg?: string): never;
