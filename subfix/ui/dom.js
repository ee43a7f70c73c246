// Small help with the document.

/** The element with this id, of the kind that is expected.
 * @template {HTMLElement} T @param {string} id @param {new () => T} [kind] @returns {T} */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`no element #${id}`);
  return /** @type {T} */ (found);
}

/** The first match below an element; it is there.
 * @param {string} selector @param {ParentNode} [root] @returns {HTMLElement} */
export function find(selector, root = document) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no element ${selector}`);
  return /** @type {HTMLElement} */ (found);
}

/** A new element. Attributes that are false or null are left out.
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, any>} [attributes] with `on` + event for listeners
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[N]} */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button with a word. @param {string} text @param {() => void} act @param {Record<string, any>} [more] */
export function button(text, act, more = {}) {
  return make("button", { type: "button", onclick: act, ...more }, text);
}

/** One of the icons. @param {string} name @param {string} [label] @returns {SVGSVGElement} */
export function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `icons.svg#${name}`);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  svg.append(use);
  return svg;
}

/** A colour of the page as the canvas wants it. @param {string} name such as "--wave" */
export function colour(name) {
  const probe = make("i", { style: `color: var(${name})`, hidden: true });
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/** Fill a choice, and keep what is chosen.
 * @param {HTMLSelectElement} select @param {[string, string][]} options value and word */
export function fillChoice(select, options) {
  const wanted = select.value;
  select.replaceChildren(...options.map(([value, word]) => make("option", { value }, word)));
  if (options.some(([value]) => value === wanted)) select.value = wanted;
}

/** Call once when the calls have stopped coming.
 * @param {() => void} act @param {number} pause_ms */
export function rested(act, pause_ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, pause_ms);
  };
}

/** 2.345 or 1:02.345. @param {number} seconds @param {number} [digits] */
export function clock(seconds, digits = 3) {
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(digits);
  return minutes ? `${minutes}:${rest.padStart(digits + 3, "0")}` : rest;
}

/** Change a field's value; the cursor stays where it was in what did not change.
 * @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} input @param {string} value */
export function setValue(input, value) {
  if (input.value === value) return;
  if (input instanceof HTMLSelectElement || document.activeElement !== input) {
    input.value = value;
    return;
  }
  const before = input.value;
  const start = input.selectionStart ?? 0;
  let tail = 0;
  while (tail < Math.min(before.length, value.length) && before.at(-1 - tail) === value.at(-1 - tail)) {
    tail++;
  }
  const changed = value.length - tail;
  input.value = value;
  const caret = before.slice(0, start) === value.slice(0, start) ? start : Math.max(changed, 0);
  input.setSelectionRange(caret, caret);
}
