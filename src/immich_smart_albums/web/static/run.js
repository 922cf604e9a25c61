// Applying the plan that is shown: progress, stop, and what became of it.
import { ask, say, tell } from "./api.js";

const running = document.querySelector("[data-running]");
const ended = document.querySelector("[data-ended]");
const body = document.querySelector("[data-load]");
const stop = document.querySelector("[data-stop]");

body.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-apply]");
  if (!button) return;
  button.disabled = true;
  try {
    await tell("apply", { fingerprint: button.dataset.apply });
    body.hidden = true;
    watch();
  } catch (error) {
    ended.innerHTML = error.html;
    button.disabled = false;
  }
});

// An album that was deleted in Immich, or a rule that may have had another name, stops until somebody says what is meant.
body.addEventListener("click", async (event) => {
  const { makeAgain, was, rule } = event.target.closest("[data-make-again], [data-was]")?.dataset || {};
  if (makeAgain === undefined && was === undefined) return;
  try {
    if (was === undefined) await tell("make-again", { rule: makeAgain });
    else await tell("was", { rule, was });
    location.reload();
  } catch (error) {
    ended.innerHTML = error.html;
  }
});

stop.addEventListener("click", () => { stop.disabled = true; tell("stop", {}).catch(() => {}); });

async function watch() {
  running.hidden = false;
  stop.disabled = false;
  stop.focus();
  for (;;) {
    let job;
    try {
      job = await ask("job");
    } catch (error) {
      ended.innerHTML = error.html;
      await pause(2000);
      continue;
    }
    document.querySelector("[data-running-bar]").value = job.total ? job.done / job.total : 0;
    document.querySelector("[data-running-words]").textContent = job.done ? `${job.done.toLocaleString()} of ${job.total.toLocaleString()} photos` : "Looking whether everything is still as shown…";
    if (!job.running) {
      running.hidden = true;
      ended.innerHTML = job.html;
      ended.querySelector(".buttons a")?.focus();
      say(ended.textContent.trim().replace(/\s+/g, " "));
      return;
    }
    await pause(300);
  }
}

const pause = (time) => new Promise((done) => setTimeout(done, time));

// A run that somebody began on another page is shown here too.
ask("job").then((job) => { if (job.running) { body.hidden = true; watch(); } }).catch(() => {});
