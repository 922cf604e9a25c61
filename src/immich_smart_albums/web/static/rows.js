// The rule as rows. The studio turns every change of a row into text, and the text is what counts.
import { dropBrokenImages, getJson, pause, postJson } from "./api.js";

const PAUSE = 200; // ms without a key until values are searched for
const POLL = 1000; // ms between two looks whether the library was read

/**
 * Makes the rows in `container` editable. `edit(action, texts)` changes the rule, `context()` returns its name and lines,
 * `showError(error)` and `showText(text)` show a failure, and a part of the rule's YAML.
 */
export function editRows(container, { edit, context, showError, showText }) {
  const form = document.createElement("div");
  container.after(form);
  let timer = 0;
  let request = null;

  container.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { rowEdit, rowNegate, rowRemove, rowAdd, rowText } = button.dataset;
    if ("add" in button.dataset) add(container.querySelector("[data-add-word]"));
    if (rowEdit) open({ path: rowEdit });
    if (rowText) showText(rowText);
    if (rowNegate) edit("negate", { path: rowNegate });
    if (rowRemove) edit("remove", { path: rowRemove });
    if (rowAdd) addTo(rowAdd, button.dataset.words);
  });
  container.addEventListener("change", (event) => {
    const { rowGroup } = event.target.dataset;
    if (rowGroup) edit("group", { path: rowGroup, word: event.target.value });
  });

  /** Lets the next condition go into a group, and the list say so. */
  function addTo(path, words) {
    const select = container.querySelector("[data-add-word]");
    select.dataset.path = path;
    select.value = "";
    select.options[0].textContent = `Into “${words}”…`;
    select.focus();
  }

  // With a mouse, a chosen word opens its form at once; with keys one goes through the words, and Enter or the button opens.
  let usesKeys = false;
  container.addEventListener("pointerdown", () => { usesKeys = false; });
  container.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-add-word]")) return;
    usesKeys = true;
    if (event.key === "Enter" && event.target.value) { event.preventDefault(); add(event.target); }
  });
  container.addEventListener("change", (event) => {
    const select = event.target.closest("[data-add-word]");
    if (!select) return;
    if (usesKeys || !select.value) container.querySelector("[data-add]").hidden = !select.value;
    else add(select);
  });

  function add(select) {
    const { words } = select.selectedOptions[0].dataset;
    if (words) { addTo(`${select.dataset.path || select.dataset.match}/${select.value}`, words); return; }
    open({ path: select.dataset.path || "", word: select.value });
    select.value = "";
    delete select.dataset.path;
    select.options[0].textContent = "Add a condition…";
    container.querySelector("[data-add]").hidden = true;
  }

  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches("[data-choice-find]")) {
      clearTimeout(timer);
      timer = setTimeout(updateChoices, PAUSE);
    } else if (!field.matches("[data-value]")) {
      form.querySelector("[data-value]").value = yamlOf(form.querySelector("form"));
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
      const { html } = await postJson("row", { ...context(), ...texts });
      form.innerHTML = html;
      dropBrokenImages(form);
      form.querySelector("input")?.focus();
      form.scrollIntoView({ block: "nearest" });
      const map = form.querySelector("[data-map]");
      if (map) new (await import("./map.js")).PhotoMap(map, form);
      if (form.querySelector("[data-list]")) updateChoices({ isFirst: true });
    } catch (error) {
      showError(error);
    }
  }

  /** Shows the choices that fit what is typed; ticked ones stay. Once the library was read, they are shown with counts. */
  async function updateChoices({ isFirst = false } = {}) {
    const rowForm = form.querySelector("form");
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      if (!isFirst) await fillLists(rowForm, signal);
      let isReading = (await getJson("progress", { signal })).reading;
      if (!isReading) return;
      while (isReading && rowForm.isConnected) { // requests for choices would keep the library from being read
        await pause(POLL);
        isReading = (await getJson("progress", { signal })).reading;
      }
      if (rowForm.isConnected) await fillLists(rowForm, signal);
    } catch { /* other choices were asked for, or the studio is gone: the lists stay as they are */ }
  }

  async function fillLists(rowForm, signal) {
    const find = rowForm.querySelector("[data-choice-find]")?.value || "";
    const { lists } = await getJson(`suggestions?${new URLSearchParams({ word: rowForm.dataset.word, find })}`, { signal });
    for (const [option, html] of Object.entries(lists)) fillList(rowForm.querySelector(`[data-list="${option}"]`), html);
  }

  function fillList(list, html) {
    if (!list) return;
    const ticked = [...list.querySelectorAll(".choice")].filter((choice) => choice.firstElementChild.checked);
    const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
    list.innerHTML = html; // made by the studio, where everything is escaped
    for (const choice of ticked.reverse()) {
      const same = [...list.querySelectorAll("input")].find((input) => input.value === choice.firstElementChild.value);
      if (same) same.checked = true;
      else list.prepend(choice);
    }
    dropBrokenImages(list);
    if (focused !== null) [...list.querySelectorAll("input")].find((input) => input.value === focused)?.focus();
  }

  function close() {
    request?.abort();
    form.innerHTML = "";
    container.querySelector("[data-add-word]")?.focus();
  }
}

/** Returns the value of a form as YAML: choices and inputs by option, and what the form has no input for. */
function yamlOf(form) {
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
