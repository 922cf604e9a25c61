// Applying the plan that is shown: its progress, stopping it, and its outcome.
import { announce, getJson, pause, postJson } from "./api.js";

const running = document.querySelector("[data-running]");
const outcome = document.querySelector("[data-ended]");
const plan = document.querySelector("[data-load]");
const stop = document.querySelector("[data-stop]");

plan.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-apply]");
  if (!button) return;
  button.disabled = true;
  try {
    await postJson("apply", { fingerprint: button.dataset.apply });
    plan.hidden = true;
    watch();
  } catch (error) {
    outcome.innerHTML = error.html;
    button.disabled = false;
  }
});

// An album that was deleted in Immich, or a rule that may have had another name, waits until somebody says what is meant.
plan.addEventListener("click", async (event) => {
  const { makeAgain, was, rule } = event.target.closest("[data-make-again], [data-was]")?.dataset || {};
  if (makeAgain === undefined && was === undefined) return;
  try {
    if (was === undefined) await postJson("make-again", { rule: makeAgain });
    else await postJson("was", { rule, was });
    location.reload();
  } catch (error) {
    outcome.innerHTML = error.html;
  }
});

stop.addEventListener("click", () => { stop.disabled = true; postJson("stop", {}).catch(() => {}); });

/** Shows the progress of the run that is being written, and in the end its outcome. */
async function watch() {
  running.hidden = false;
  stop.disabled = false;
  stop.focus();
  for (;;) {
    let job;
    try {
      job = await getJson("job");
    } catch (error) {
      outcome.innerHTML = error.html;
      await pause(2000);
      continue;
    }
    document.querySelector("[data-running-bar]").value = job.total ? job.done / job.total : 0;
    document.querySelector("[data-running-words]").textContent = job.done ? `${job.done.toLocaleString()} of ${job.total.toLocaleString()} photos` : "Looking whether everything is still as shown…";
    if (!job.running) {
      running.hidden = true;
      outcome.innerHTML = job.html;
      outcome.querySelector(".buttons a")?.focus();
      announce(outcome.textContent.trim().replace(/\s+/g, " "));
      return;
    }
    await pause(300);
  }
}

// A run that was begun on another page is shown here, too.
getJson("job").then((job) => { if (job.running) { plan.hidden = true; watch(); } }).catch(() => {});
