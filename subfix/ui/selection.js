// Which rows are chosen, and which one is in focus. No document here.

export class Selection {
  /** @type {number | null} */
  active = null;
  /** @type {number | null} */
  anchor = null;
  /** @type {Set<number>} */
  ids = new Set();

  /** Choose one alone. @param {number} id */
  only(id) {
    this.active = this.anchor = id;
    this.ids = new Set([id]);
  }

  /** Choose one more, or one less. @param {number} id */
  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
  }

  /** Choose everything from the anchor to here. @param {number[]} view @param {number} id */
  reach(view, id) {
    const from = Math.max(view.indexOf(this.anchor ?? id), 0);
    const to = view.indexOf(id);
    this.ids = new Set(view.slice(Math.min(from, to), Math.max(from, to) + 1));
    this.active = id;
  }

  /** @param {number[]} view */
  all(view) {
    this.ids = new Set(view);
  }

  none() {
    this.ids = new Set(this.active === null ? [] : [this.active]);
  }

  /** Forget what is not there any more. @param {(id: number) => boolean} isThere */
  keep(isThere) {
    this.ids = new Set([...this.ids].filter(isThere));
    if (this.anchor !== null && !isThere(this.anchor)) this.anchor = this.active;
  }

  /** The chosen ones in the order of the view. @param {number[]} view */
  inOrder(view) {
    return view.filter((id) => this.ids.has(id));
  }
}
