// A rules file as text: what is wrong with it shows while it is typed, and it is saved once it reads.
import { conflict, guard } from "./editing.js";
import { say, tell } from "./api.js";

const PAUSE = 250; // ms without a key until the text is looked at

const file = document.querySelector(".file");
const $ = (name) => file.querySelector(`[data-${name}]`);
const text = $("text"), state = $("state"), save = $("save"), revert = $("revert");
const path = file.dataset.file;

let saved = text.value;
let basis = file.dataset.basis;
let timer = 0;
let question = null;

text.addEventListener("input", () => {
  changed(false);
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
});

text.addEventListener("keydown", (event) => {
  if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (save && !save.disabled) write(); }
});

function changed(reads) {
  if (!save) return;
  save.disabled = text.value === saved || !reads;
  revert.disabled = text.value === saved;
}

async function check() {
  question?.abort();
  question = new AbortController();
  try {
    const answer = await tell("check-file", { path, text: text.value }, { signal: question.signal });
    state.innerHTML = answer.state;
    changed(answer.reads);
  } catch (error) {
    if (error.name !== "AbortError") state.innerHTML = error.html;
  }
}

async function write() {
  const sent = text.value;
  try {
    const answer = await tell("save-file", { path, text: sent, basis });
    state.innerHTML = answer.state;
    if (answer.reads) { basis = answer.basis; saved = sent; say("saved"); }
    $("conflict").innerHTML = "";
    changed(answer.reads);
  } catch (error) {
    conflict($("conflict"), error, {
      keep: (now) => { basis = now; write(); },
      take: (now, theirs) => { basis = now; text.value = theirs; saved = text.value; check(); },
    });
  }
}

save?.addEventListener("click", write);
revert?.addEventListener("click", () => { text.value = saved; check(); });
guard(() => Boolean(save) && text.value !== saved);

// From a problem to its place in the text.
state.addEventListener("click", (event) => {
  const button = event.target.closest("[data-line]");
  if (!button) return;
  const lines = text.value.split("\n").slice(0, Number(button.dataset.line) - 1);
  const offset = lines.join("\n").length + (lines.length ? 1 : 0) + Number(button.dataset.column) - 1;
  text.focus();
  text.setSelectionRange(offset, offset);
  text.scrollTop = (lines.length / Math.max(1, text.value.split("\n").length)) * text.scrollHeight - text.clientHeight / 2;
});
