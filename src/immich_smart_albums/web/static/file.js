// A rules file as text: its problems show while somebody types, and it can be saved once it has none.
import { announce, postJson } from "./api.js";
import { confirmLeaving, onSaveKey, showConflict } from "./editing.js";

const PAUSE = 250; // ms without a key until the text is checked

const file = document.querySelector(".file");
const $ = (name) => file.querySelector(`[data-${name}]`);
const text = $("text"), state = $("state"), saveButton = $("save"), revertButton = $("revert");
const path = file.dataset.file;

let saved = text.value;
let basis = file.dataset.basis;
let timer = 0;
let request = null;

text.addEventListener("input", () => {
  updateButtons(false);
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
});

onSaveKey(text, () => { if (saveButton && !saveButton.disabled) save(); });
saveButton?.addEventListener("click", save);
revertButton?.addEventListener("click", () => { text.value = saved; check(); });
confirmLeaving(() => Boolean(saveButton) && text.value !== saved);

function updateButtons(isValid) {
  if (!saveButton) return;
  saveButton.disabled = text.value === saved || !isValid;
  revertButton.disabled = text.value === saved;
}

async function check() {
  request?.abort();
  request = new AbortController();
  try {
    const response = await postJson("check-file", { path, text: text.value }, { signal: request.signal });
    state.innerHTML = response.state;
    updateButtons(response.reads);
  } catch (error) {
    if (error.name !== "AbortError") state.innerHTML = error.html;
  }
}

async function save() {
  const sent = text.value;
  try {
    const response = await postJson("save-file", { path, text: sent, basis });
    state.innerHTML = response.state;
    if (response.reads) { basis = response.basis; saved = sent; announce("saved"); }
    $("conflict").innerHTML = "";
    updateButtons(response.reads);
  } catch (error) {
    showConflict($("conflict"), error, {
      keep: (newBasis) => { basis = newBasis; save(); },
      take: (newBasis, theirs) => { basis = newBasis; text.value = theirs; saved = text.value; check(); },
    });
  }
}

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
