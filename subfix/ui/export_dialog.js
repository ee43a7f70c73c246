// Writing the clips in another form.

/** @import {App} from "./app.js" */
import { post, Refused } from "./api.js";
import { openDialog } from "./dialogs.js";
import { make } from "./dom.js";
import { t } from "./i18n.js";

/** Forms and the end of their files' names; the audio folder is one, with the sounds in it. */
const FORMATS = {
  list: ".list",
  jsonl: ".jsonl",
  ljspeech: ".csv",
  audiofolder: "",
  srt: ".srt",
  ass: ".ass",
  audacity: ".txt",
};

const MOST_SHOWN = 100;

/** Which clips were left out, and why. @param {App} app @param {[number, string][]} skipped */
function leftOut(app, skipped) {
  const reasons = skipped.slice(0, MOST_SHOWN).map(([id, reason]) => make("li", {}, `#${app.list.number(id)} ${reason}`));
  const what = t("export.skipped", { count: skipped.length });
  return make("div", { class: "problem" }, what, make("ul", {}, ...reasons));
}

/** @param {App} app */
export function exportDialog(app) {
  const { state } = app;
  const stem = state.list.name.replace(/\.[^.]+$/, "");
  const format = make("select", {}, ...Object.keys(FORMATS).map((name) => new Option(t(`export.${name}`), name)));
  const target = make("input", { required: true, autocomplete: "off", spellcheck: "false" });
  const ending = () => FORMATS[/** @type {keyof typeof FORMATS} */ (format.value)];
  const suggest = () => (target.value = `${stem}-export${ending()}`);
  format.addEventListener("change", suggest);
  suggest();
  const chosen = app.selection.inOrder(app.list.view);
  const which = make(
    "select",
    {},
    new Option(t("export.all"), "all"),
    new Option(t("export.filtered", { count: app.list.view.length }), "filtered"),
    new Option(t("export.chosen", { count: chosen.length }), "chosen"),
  );
  if (chosen.length > 1) which.value = "chosen";
  const normalised = make("input", { type: "checkbox" });
  const replace = make("input", { type: "checkbox" });
  const result = make("p", { role: "status" });
  /** @param {string} name @param {Node} input */
  const row = (name, input) => make("label", {}, make("span", {}, t(name)), input);
  const body = [
    row("export.format", format),
    row("export.name", target),
    row("export.which", which),
    make("label", {}, normalised, make("span", {}, t("export.normalised"))),
    make("label", {}, replace, make("span", {}, t("export.replace"))),
    result,
  ];
  openDialog(t("export.title"), body, {
    confirm: t("export.confirm"),
    act: async () => {
      const ids = { all: null, filtered: app.list.view, chosen }[which.value];
      const wanted = {
        format: format.value,
        target: target.value.trim(),
        normalised: normalised.checked,
        ids,
        replace: replace.checked,
      };
      result.className = "";
      result.textContent = t("export.running");
      app.desk.queue.flush();
      try {
        const { path, clips, skipped } = await post("api/export", wanted);
        const name = wanted.target;
        const download = make("a", { href: `api/export/${encodeURIComponent(name)}`, download: name }, t("export.download"));
        result.replaceChildren(t("export.done", { count: clips, path }), " ", ending() ? download : "");
        if (skipped.length) result.append(leftOut(app, skipped));
      } catch (error) {
        result.className = "problem";
        result.textContent = error instanceof Refused ? error.message : t("sound.failed");
      }
      return false;
    },
  });
}
