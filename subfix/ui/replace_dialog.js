// Replacing text in many clips: every change is seen before it is made.

/** @import {App} from "./app.js" */
/** @import {Clip} from "./types.js" */
/** @import {Replaced} from "./replace.js" */
import { openDialog } from "./dialogs.js";
import { showDifference } from "./diff.js";
import { button, make, rested } from "./dom.js";
import { t } from "./i18n.js";
import { BadExpression } from "./regex.js";
import { preview } from "./replace.js";
import { languageTag } from "./row.js";
import { announce, tell } from "./tell.js";

const SHOWN_AT_ONCE = 200;

/** @param {App} app */
export function replaceDialog(app) {
  const { state } = app;
  const chosen = app.selection.inOrder(app.list.view);
  const find = make("input", { autocomplete: "off", spellcheck: "false" });
  const replacement = make("input", { autocomplete: "off", spellcheck: "false" });
  const isExpression = make("input", { type: "checkbox" });
  const matchCase = make("input", { type: "checkbox" });
  const scope = make(
    "select",
    {},
    new Option(t("export.filtered", { count: app.list.view.length }), "view"),
    new Option(t("export.chosen", { count: chosen.length }), "chosen"),
  );
  if (chosen.length > 1) scope.value = "chosen";
  const summary = make("p", { role: "status" });
  const results = make("div", { class: "results" });
  /** @type {Replaced[]} */
  let found = [];
  /** @type {Set<number>} */
  let left_out = new Set();
  let limit = SHOWN_AT_ONCE;

  const count = () => {
    const wanted = found.length - left_out.size;
    summary.className = "";
    summary.textContent = find.value
      ? t("replace.count", { count: wanted, found: found.length })
      : t("replace.empty");
  };
  const draw = () => {
    results.replaceChildren(
      ...found.slice(0, limit).map(({ id, before, after }) => {
        const check = make("input", { type: "checkbox" });
        check.checked = !left_out.has(id);
        check.addEventListener("change", () => {
          if (check.checked) left_out.delete(id);
          else left_out.add(id);
          count();
        });
        const lang = languageTag(state.clip(id)?.language ?? "");
        return make(
          "label",
          {},
          check,
          make("span", { class: "quietly" }, `#${app.list.number(id)}`),
          make("span", { class: "words-said", lang }, showDifference(before, after)),
        );
      }),
    );
    if (found.length > limit) {
      const more = () => {
        limit += SHOWN_AT_ONCE;
        draw();
      };
      results.append(button(t("replace.more", { count: found.length - limit }), more));
    }
  };
  let asked = 0;
  const look = async () => {
    const ask = ++asked;
    const ids = scope.value === "chosen" ? chosen : app.list.view;
    const clips = /** @type {Clip[]} */ (ids.map((id) => state.clip(id)).filter(Boolean));
    const wish = {
      find: find.value,
      replacement: replacement.value,
      isExpression: isExpression.checked,
      matchCase: matchCase.checked,
    };
    limit = SHOWN_AT_ONCE;
    try {
      const changes = await preview(clips, wish);
      if (ask !== asked) return;
      const before = new Map(found.map(({ id, after }) => [id, after]));
      const isSame = (/** @type {Replaced} */ { id, after }) => left_out.has(id) && before.get(id) === after;
      left_out = new Set(changes.filter(isSame).map(({ id }) => id)); // a choice of the same change stays
      found = changes;
      count();
    } catch (error) {
      if (!(error instanceof BadExpression)) throw error;
      if (ask !== asked) return;
      found = [];
      summary.className = "problem";
      summary.textContent = t(`expression.${error.kind}`, { detail: error.message });
    }
    draw();
  };
  /** @param {string} name @param {Node} input */
  const row = (name, input) => make("label", {}, make("span", {}, t(name)), input);
  /** @param {string} name @param {Node} input */
  const check = (name, input) => make("label", {}, input, make("span", {}, t(name)));
  const every = (/** @type {boolean} */ all) => {
    left_out = all ? new Set() : new Set(found.map(({ id }) => id));
    count();
    draw();
  };
  const dialog = openDialog(
    t("replace.title"),
    [
      row("replace.find", find),
      row("replace.with", replacement),
      make("div", { class: "checks" }, check("replace.expression", isExpression), check("replace.case", matchCase)),
      make("p", { class: "quietly" }, t("replace.groups")),
      row("replace.where", scope),
      summary,
      results,
    ],
    {
      confirm: t("replace.confirm"),
      more: [button(t("replace.all"), () => every(true)), button(t("replace.none"), () => every(false))],
      act: async () => {
        await look_now;
        const wanted = found.filter(({ id, before }) => !left_out.has(id) && state.clip(id)?.text === before);
        if (!wanted.length) return false;
        const changes = new Map(wanted.map(({ id, after }) => [id, { text: after }]));
        try {
          const event = await app.desk.edit(changes, "replace");
          if (event) announce(t("replace.done", { count: wanted.length, key: app.keys.shown("undo") }));
        } catch (error) {
          tell(error instanceof Error ? error.message : String(error));
        }
        return true;
      },
    },
  );
  dialog.classList.add("wide");
  let look_now = look();
  const lookSoon = rested(() => (look_now = look()), 150);
  for (const input of [find, replacement]) input.addEventListener("input", lookSoon);
  for (const input of [isExpression, matchCase, scope]) {
    input.addEventListener("change", () => (look_now = look()));
  }
  find.focus();
}
