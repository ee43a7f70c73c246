// Notices above the list: another program changed the file; jobs that run.

/** @import {App} from "./app.js" */
/** @import {Job} from "./types.js" */
import { post } from "./api.js";
import { button, byId, find, make } from "./dom.js";
import { nameOf, t } from "./i18n.js";
import { announce, tell } from "./tell.js";

const SHOWN_AFTER_MS = 8000;

/** @param {App} app */
export function showOutside({ state: { outside } }) {
  const box = byId("outside");
  box.hidden = !outside;
  if (!outside) return;
  if (outside.problem) {
    find("p", box).textContent = outside.problem;
    announce(outside.problem);
    return;
  }
  const parts = /** @type {const} */ (["changed", "added", "removed"])
    .filter((name) => outside[name])
    .map((name) => t(`outside.${name}`, { count: outside[name] }));
  const sentence = t("outside", { what: parts.join(", ") });
  find("p", box).textContent = sentence;
  announce(sentence);
}

/** @param {App} app */
export function startOutside(app) {
  const answer = async (/** @type {boolean} */ take) => {
    try {
      await app.desk.ask("api/outside", { take });
      app.state.setOutside(null);
    } catch (error) {
      tell(String(error instanceof Error ? error.message : error));
    }
  };
  byId("take-outside").addEventListener("click", () => answer(true));
  byId("keep-mine").addEventListener("click", () => answer(false));
}

const ACTIVE = ["waiting", "running", "stopping"];

/** @param {App} app */
export function showJobs(app) {
  const box = byId("jobs");
  const jobs = [...app.state.jobs.values()].filter((job) => ACTIVE.includes(job.state) || watched.has(job.name));
  for (const job of jobs) watched.add(job.name);
  box.hidden = !jobs.length;
  const focused = document.activeElement instanceof HTMLElement && box.contains(document.activeElement);
  box.replaceChildren(...jobs.map((job) => showJob(app, job)));
  if (focused) /** @type {HTMLElement | null} */ (box.querySelector("button"))?.focus();
}

/** Jobs that ran while the page was open: how they end is told. @type {Set<string>} */
const watched = new Set();
/** Jobs whose end was said. @type {Set<string>} */
const ended = new Set();

/** @param {App} app @param {Job} job */
function showJob(app, job) {
  const isActive = ACTIVE.includes(job.state);
  const name = nameOf("job", job.kind);
  const count = job.total ? t("job.count", { done: job.done ?? 0, total: job.total }) : "";
  const sentence = `${name}: ${nameOf("job", job.state)}`;
  if (!isActive && !ended.has(job.name)) {
    ended.add(job.name);
    announce(sentence);
    if (!job.problem) setTimeout(() => forget(app, job), SHOWN_AFTER_MS);
  }
  const bar = make("progress", { "aria-label": name, max: job.total || 1 });
  if (job.total) bar.value = job.done ?? 0;
  return make(
    "div",
    { class: "job" },
    make("span", {}, sentence),
    isActive ? bar : null,
    make("span", { class: "quietly" }, count),
    job.problem ? make("span", { class: "problem" }, job.problem) : null,
    isActive
      ? button(t("cancel"), () => post(`api/jobs/${job.name}/cancel`, {}).catch((error) => tell(error.message)))
      : button(t("close"), () => forget(app, job)),
  );
}

/** @param {App} app @param {Job} job */
function forget(app, job) {
  watched.delete(job.name);
  showJobs(app);
}
