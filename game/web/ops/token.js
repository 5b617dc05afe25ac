const STORAGE_KEY = "tanks.ops.token";
const TOKEN_HASH = /^#token=([A-Za-z0-9._~-]{1,1024})$/;

/**
 * The operators' token: from the address, which does not keep it, or from before in this tab. It is kept in
 * the tab alone.
 *
 * @returns {string | undefined}
 */
export function takeToken() {
  const given = TOKEN_HASH.exec(location.hash)?.[1];
  if (given !== undefined) {
    history.replaceState(null, "", location.pathname);
    keepToken(given);
    return given;
  }
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? undefined;
  } catch {
    // Storage that may not be read holds no token.
    return undefined;
  }
}

/**
 * @param {string} token
 * @returns {void}
 */
export function keepToken(token) {
  try {
    sessionStorage.setItem(STORAGE_KEY, token);
  } catch {
    // A browser that keeps nothing asks again.
  }
}

/** Forgets it. */
export function forgetToken() {
  try {
    sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // Storage that may not be written holds no token.
  }
}
