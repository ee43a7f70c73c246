// What goes between the page and its server.

/** @import {ChangeEvent, Facts, Job, Outside, Quality, Suggestion} from "./types.js" */

/** The server answered, and said no. */
export class Refused extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(typeof body?.error === "string" ? body.error : `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** The server did not answer, or broke while it did (`status`). */
export class Unreachable extends Error {
  /** @param {string} message @param {number} [status] */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

const LARGEST_KEPT_ALIVE = 60_000; // browsers refuse larger bodies that outlive their page

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
export async function get(path, signal) {
  return read(() => fetch(path, { signal, cache: "no-store" }));
}

/** @param {string} path @param {any} body @returns {Promise<any>} null where nothing was to do */
export async function post(path, body) {
  const text = JSON.stringify(body);
  return read(() =>
    fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: text,
      keepalive: text.length * 3 < LARGEST_KEPT_ALIVE,
    }),
  );
}

/** @param {() => Promise<Response>} ask */
async function read(ask) {
  let answer;
  try {
    answer = await ask();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable(String(error));
  }
  if (answer.status === 204) return null;
  const body = await answer.json().catch(() => undefined);
  if (answer.status >= 500) {
    throw new Unreachable(body?.error ?? `HTTP ${answer.status}`, answer.status);
  }
  if (!answer.ok) throw new Refused(answer.status, body);
  if (body === undefined) throw new Unreachable("the answer was cut off");
  return body;
}

/**
 * @typedef {{
 *   change: (event: ChangeEvent) => void,
 *   saved: (event: {n: number, saved: boolean, error: string | null}) => void,
 *   facts: (facts: Record<string, Facts>) => void,
 *   quality: (quality: Record<string, Quality>) => void,
 *   suggestions: (suggestions: Record<string, Suggestion | null>) => void,
 *   outside: (outside: Outside | null) => void,
 *   job: (job: Job) => void,
 *   hello: (event: {n: number}) => void,
 *   reload: () => void,
 * }} Listeners
 */

/**
 * Listen to the server for good; after a break it goes on behind the last change that was seen.
 *
 * @param {() => number} after number of the last change that was seen
 * @param {Listeners} listeners
 * @param {(connected: boolean) => void} onConnection
 */
export function listen(after, listeners, onConnection) {
  let wait = 500;
  function connect() {
    const source = new EventSource(`api/events?after=${after()}`);
    for (const [name, listener] of Object.entries(listeners)) {
      source.addEventListener(name, (event) => {
        wait = 500;
        const data = /** @type {MessageEvent} */ (event).data;
        listener(data ? JSON.parse(data) : null);
      });
    }
    source.onopen = () => onConnection(true);
    source.onerror = () => {
      source.close();
      onConnection(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 5000);
    };
    addEventListener("pagehide", () => source.close(), { once: true });
  }
  connect();
}
