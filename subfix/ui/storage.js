// What the browser keeps for the page; where it may keep nothing, the page works all the same.

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Whether it was kept: the store may be full or forbidden.
 * @param {string} name @param {string | null} value null forgets it */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

/** Names of all that is kept. */
export function recalled() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
