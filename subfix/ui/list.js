// The list of clips: only the rows in sight are in the document.

/** @import {State} from "./state.js" */
/** @import {Selection} from "./selection.js" */
import { colour, find } from "./dom.js";
import { drawPeaks, Peaks } from "./peaks.js";
import { fillRow, makeRow } from "./row.js";

const SPARE = 6; // rows above and below that are ready before they are scrolled to

/**
 * @typedef {{
 *   onOpen: (id: number, play: boolean) => void,
 *   onSelection: () => void,
 * }} Parts
 */

export class ClipList {
  /** @type {number[]} */
  view = [];
  #grid;
  #rows;
  #state;
  #selection;
  #parts;
  #peaks;
  /** @type {Map<number, HTMLElement>} */
  #drawn = new Map();
  /** Rows that show what is no longer so. @type {Set<HTMLElement>} */
  #stale = new Set();
  /** @type {Map<number, number>} */
  #numbers = new Map();
  #height = 56;
  #look = { rem: 16, colour: "" };
  #asked = false;

  /** @param {HTMLElement} grid @param {State} state @param {Selection} selection @param {Parts} parts */
  constructor(grid, state, selection, parts) {
    this.#grid = grid;
    this.#rows = find(".rows", grid);
    this.#state = state;
    this.#selection = selection;
    this.#parts = parts;
    this.#peaks = new Peaks(state, (ids) => this.refresh(ids));
    grid.addEventListener("scroll", () => this.#askDraw(), { passive: true });
    grid.addEventListener("click", (event) => this.#clicked(event));
    grid.addEventListener("dblclick", (event) => this.#clicked(event, true));
    grid.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.measure()).observe(grid);
  }

  /** Rows have another height or colour: another size of letters, another theme. */
  measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const row = getComputedStyle(this.#grid).getPropertyValue("--row");
    this.#height = parseFloat(row) * rem;
    this.#look = { rem, colour: colour("--wave") };
    this.redraw();
  }

  /** Numbers of the clips in the file. */
  renumber() {
    this.#numbers = new Map(this.#state.order.map((id, index) => [id, index + 1]));
  }

  /** @param {number} id */
  number(id) {
    return this.#numbers.get(id) ?? 0;
  }

  /** @param {number[]} view */
  setView(view) {
    const before = this.view;
    if (view.length === before.length && view.every((id, index) => id === before[index])) return;
    const { active } = this.#selection;
    const place = active === null ? -1 : before.indexOf(active) * this.#height - this.#grid.scrollTop;
    this.view = view;
    this.redraw();
    const index = active === null ? -1 : view.indexOf(active);
    if (place < 0 || place > this.#grid.clientHeight || index < 0) return;
    this.#grid.scrollTop = index * this.#height - place; // what one looks at stays where it is
    this.#draw();
  }

  redraw() {
    this.#rows.style.height = `${this.view.length * this.#height}px`;
    this.#grid.setAttribute("aria-rowcount", String(this.view.length));
    this.#stale = new Set(this.#drawn.values());
    this.#draw();
  }

  /** These clips look different, or all. @param {Set<number>} [ids] */
  refresh(ids) {
    for (const row of this.#drawn.values()) {
      if (!ids || ids.has(Number(row.dataset.id))) this.#stale.add(row);
    }
    this.#askDraw();
  }

  /** Bring a clip into view. @param {number} id */
  reveal(id) {
    const index = this.view.indexOf(id);
    if (index < 0) return;
    const top = index * this.#height;
    const { scrollTop, clientHeight } = this.#grid;
    if (top < scrollTop) this.#grid.scrollTop = top - this.#height;
    else if (top + this.#height > scrollTop + clientHeight) {
      this.#grid.scrollTop = top + 2 * this.#height - clientHeight;
    }
    this.#draw();
  }

  focus() {
    this.#grid.focus({ preventScroll: true });
  }

  #askDraw() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#draw();
    });
  }

  #draw() {
    const { scrollTop, clientHeight } = this.#grid;
    const first = Math.max(Math.floor(scrollTop / this.#height) - SPARE, 0);
    const end = Math.ceil((scrollTop + clientHeight) / this.#height) + SPARE;
    const last = Math.min(end, this.view.length);
    const free = [];
    for (const [index, row] of this.#drawn) {
      if (index >= first && index < last) continue;
      this.#drawn.delete(index);
      free.push(row);
    }
    for (let index = first; index < last; index++) {
      let row = this.#drawn.get(index);
      if (!row) {
        row = free.pop() ?? this.#rows.appendChild(makeRow());
        this.#stale.add(row);
        this.#drawn.set(index, row);
      }
      if (this.#stale.delete(row)) this.#fill(row, index);
    }
    for (const row of free) row.remove();
    this.#peaks.want(this.view.slice(first, last));
    const { active } = this.#selection;
    const isDrawn = active !== null && document.getElementById(`row-${active}`);
    if (isDrawn) this.#grid.setAttribute("aria-activedescendant", `row-${active}`);
    else this.#grid.removeAttribute("aria-activedescendant");
  }

  /** @param {HTMLElement} row @param {number} index */
  #fill(row, index) {
    const id = this.view[index];
    row.style.top = `${index * this.#height}px`;
    fillRow(row, this.#state, id, {
      index,
      number: this.number(id),
      isActive: id === this.#selection.active,
      isChosen: this.#selection.ids.has(id),
    });
    const canvas = /** @type {HTMLCanvasElement} */ (row.querySelector("canvas"));
    drawPeaks(canvas, this.#peaks.of(id), this.#look);
  }

  /** @param {MouseEvent} event @param {boolean} [play] */
  #clicked(event, play = false) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = target.closest(".row");
    if (!(row instanceof HTMLElement)) return;
    const id = Number(row.dataset.id);
    if (event.shiftKey) {
      this.#selection.reach(this.view, id);
    } else if (event.ctrlKey || event.metaKey || target instanceof HTMLInputElement) {
      this.#selection.toggle(id);
    } else {
      this.#parts.onOpen(id, play);
      return;
    }
    this.#parts.onSelection();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.isComposing) return;
    const page = Math.max(Math.floor(this.#grid.clientHeight / this.#height) - 1, 1);
    const steps = /** @type {Record<string, number>} */ ({
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    });
    const { active } = this.#selection;
    if (event.key in steps && this.view.length) {
      const here = active === null ? -1 : this.view.indexOf(active);
      const index = Math.min(Math.max(here + steps[event.key], 0), this.view.length - 1);
      if (event.shiftKey) this.#selection.reach(this.view, this.view[index]);
      else this.#parts.onOpen(this.view[index], false);
      if (event.shiftKey) this.#parts.onSelection();
      this.reveal(this.view[index]);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      this.#selection.all(this.view);
      this.#parts.onSelection();
    } else if (event.key === " " && event.ctrlKey === false && event.shiftKey && active !== null) {
      this.#selection.toggle(active);
      this.#parts.onSelection();
    } else {
      return;
    }
    event.preventDefault();
  }
}
