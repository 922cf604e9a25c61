// The rule as rows: what is changed here becomes text, by the studio, and the text is what counts.
import { ask, quietly, tell } from "./api.js";

const PAUSE = 200; // ms without a key until other values are looked for
const AGAIN = 1000; // ms until it is asked again whether the library was read

/** `edit(action, texts)` changes the rule; `context()` is what the studio has to know of it. */
export function rows(place, { edit, context, trouble, showText }) {
  const form = document.createElement("div");
  place.after(form);
  let timer = 0;
  let looking = null;

  place.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { rowEdit, rowNegate, rowRemove, rowAdd, rowText } = button.dataset;
    if ("add" in button.dataset) add(place.querySelector("[data-add-word]"));
    if (rowEdit) open({ path: rowEdit });
    if (rowText) showText(rowText);
    if (rowNegate) edit("negate", { path: rowNegate });
    if (rowRemove) edit("remove", { path: rowRemove });
    if (rowAdd) addTo(rowAdd, button.dataset.words);
  });
  place.addEventListener("change", (event) => {
    const { rowGroup } = event.target.dataset;
    if (rowGroup) edit("group", { path: rowGroup, word: event.target.value });
  });

  /** The next condition goes into a group, and the list says so. */
  function addTo(path, words) {
    const select = place.querySelector("[data-add-word]");
    select.dataset.path = path;
    select.value = "";
    select.options[0].textContent = `Into “${words}”…`;
    select.focus();
  }

  // With a mouse, what is chosen opens at once; with keys one goes through the words, and Enter or the button opens.
  let isByKeys = false;
  place.addEventListener("pointerdown", () => { isByKeys = false; });
  place.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-add-word]")) return;
    isByKeys = true;
    if (event.key === "Enter" && event.target.value) { event.preventDefault(); add(event.target); }
  });
  place.addEventListener("change", (event) => {
    const select = event.target.closest("[data-add-word]");
    if (!select) return;
    if (isByKeys || !select.value) place.querySelector("[data-add]").hidden = !select.value;
    else add(select);
  });

  function add(select) {
    const { words } = select.selectedOptions[0].dataset;
    if (words) { addTo(`${select.dataset.path || select.dataset.match}/${select.value}`, words); return; }
    open({ path: select.dataset.path || "", word: select.value });
    select.value = "";
    delete select.dataset.path;
    select.options[0].textContent = "Add a condition…";
    place.querySelector("[data-add]").hidden = true;
  }

  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches("[data-choice-find]")) {
      clearTimeout(timer);
      timer = setTimeout(suggest, PAUSE);
    } else if (!field.matches("[data-value]")) {
      form.querySelector("[data-value]").value = composed(form.querySelector("form"));
    }
  });

  form.addEventListener("click", (event) => { if (event.target.closest("[data-row-cancel]")) close(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { path, word } = event.target.dataset;
    const action = event.target.querySelector("[data-exclude]")?.checked ? "exclude" : event.target.dataset.action;
    const value = event.target.querySelector("[data-value]").value;
    if (await edit(action, { path, word, value })) close();
  });

  async function open(texts) {
    try {
      const { html } = await tell("row", { ...context(), ...texts });
      form.innerHTML = html;
      quietly(form);
      form.querySelector("input")?.focus();
      form.scrollIntoView({ block: "nearest" });
      const map = form.querySelector("[data-map]");
      if (map) new (await import("./map.js")).PhotoMap(map, form);
      if (form.querySelector("[data-list]")) suggest({ isFirst: true });
    } catch (error) {
      trouble(error);
    }
  }

  /** Lists of what fits to what is typed; what is ticked stays. Once the library was read, the same with counts. */
  async function suggest({ isFirst = false } = {}) {
    const shown = form.querySelector("form");
    looking?.abort();
    looking = new AbortController();
    const { signal } = looking;
    try {
      if (!isFirst) await fillAll(shown, signal);
      let isReading = (await ask("progress", { signal })).reading;
      if (!isReading) return;
      while (isReading && shown.isConnected) { // asking for more would keep the library from being read
        await new Promise((done) => setTimeout(done, AGAIN));
        isReading = (await ask("progress", { signal })).reading;
      }
      if (shown.isConnected) await fillAll(shown, signal);
    } catch { /* another list was asked for, or the studio is gone: what is there stays */ }
  }

  async function fillAll(shown, signal) {
    const find = shown.querySelector("[data-choice-find]")?.value || "";
    const { lists } = await ask(`suggestions?${new URLSearchParams({ word: shown.dataset.word, find })}`, { signal });
    for (const [option, html] of Object.entries(lists)) fill(shown.querySelector(`[data-list="${option}"]`), html);
  }

  function fill(list, html) {
    if (!list) return;
    const ticked = [...list.querySelectorAll(".choice")].filter((choice) => choice.firstElementChild.checked);
    const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
    list.innerHTML = html; // made by the studio, where everything is escaped
    for (const choice of ticked.reverse()) {
      const same = [...list.querySelectorAll("input")].find((input) => input.value === choice.firstElementChild.value);
      if (same) same.checked = true;
      else list.prepend(choice);
    }
    quietly(list);
    if (focused !== null) [...list.querySelectorAll("input")].find((input) => input.value === focused)?.focus();
  }

  function close() {
    looking?.abort();
    form.innerHTML = "";
    place.querySelector("[data-add-word]")?.focus();
  }
}

/** The value that a form says, as YAML: what is chosen and written by option, and what the form has no input for. */
function composed(form) {
  const { plain, rest } = form.dataset;
  const parts = [];
  for (const list of form.querySelectorAll("[data-list]")) {
    const chosen = [...list.querySelectorAll(":checked")].map((input) => ("word" in input.dataset ? input.value : JSON.stringify(input.value)));
    const isTogether = chosen.length > 1 && form.querySelector("[data-together]")?.checked;
    if (chosen.length) parts.push([isTogether ? "all" : list.dataset.list, chosen.length === 1 ? chosen[0] : `[${chosen.join(", ")}]`]);
  }
  for (const input of form.querySelectorAll("[data-option]")) {
    const text = input.value.trim();
    if (text) parts.push([input.dataset.option, "text" in input.dataset ? JSON.stringify(text) : text]);
  }
  if (parts.length === 1 && parts[0][0] === plain && !rest) return parts[0][1];
  const entries = parts.map(([option, value]) => `${option}: ${value}`);
  return entries.length || rest ? `{${[...entries, ...(rest ? [rest] : [])].join(", ")}}` : "";
}
