/** @import {App} from "./app.js" */

/** @param {App} _app @param {() => void} _onKeys @returns {Record<string, () => unknown>} */
export function addDialogs(_app, _onKeys) {
  return {};
}
