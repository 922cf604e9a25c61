// One album: the rule beside its photos. What is typed shows at once; only the last question counts.
import { again, ask, onReturn, part, quietly, say, tell } from "./api.js";
import { conflict, guard } from "./editing.js";
import { Grid } from "./grid.js";
import { rows } from "./rows.js";
import { Tabs } from "./tabs.js";

const PAUSE = 250; // ms without a key until the rule is looked at
const SLOW = 4000; // ms until it is said that something takes long

const NOTHING = {
  added: ({ inside, waiting }) => inside || waiting ? "Nothing new: what the rule means is in the album." : "No photo matches this rule. Near misses show what comes closest.",
  inside: () => "The album is empty.",
  leaving: () => "Nothing would leave.",
  kept: () => "Nobody took anything out.",
  waiting: () => "Nothing waits for Immich.",
  near: ({ near }) => near === undefined ? "Looking for what comes closest…" : "No photo misses by one row alone.",
};

const studio = document.querySelector(".studio");
const $ = (name) => studio.querySelector(`[data-${name}]`);
const entry = $("entry"), about = $("about"), trouble = $("problem"), overlap = $("conflict"), busy = $("busy"), groups = $("groups"), panel = $("panel");
const save = $("save"), revert = $("revert"), plan = $("plan");
const isReadOnly = "readOnly" in studio.dataset;
const page = crypto.getRandomValues(new Uint32Array(2)).join("-");
const state = new URLSearchParams(location.search);
const photos = new Tabs($("tabs"), (tab) => { remember("tab", tab.dataset.tab); remember("group", ""); list(); });
const views = new Tabs($("views"), (tab) => remember("view", tab.dataset.view === "yaml" ? "yaml" : ""));

let saved = entry.value;
let basis = studio.dataset.basis;
let name = studio.dataset.album;
let preview = "";
let counts = {};
let isKnown = true; // else Immich could not be asked about something, and zero is not none
let parts = {}; // of tabs whose photos are in groups: of each the words, the size, and how many are shown
let isOpen = false; // photos wait since it was not asked yet whether Immich has looked at them
let generation = 0;
let question = null;
let timer = 0;
let slow = 0;
let number = 0;

const grid = new Grid($("grid"), {
  fetchPage: (from) => ask(`photos?${new URLSearchParams({ preview, tab: chosen(), group: group(), from })}`).catch((error) => { if (error.body?.outdated) look(); throw error; }),
  open: (photo) => show(photo[0]),
  empty: () => isKnown || ["inside", "kept"].includes(chosen()) ? NOTHING[chosen()](counts) : "That is not known; the reason stands with the rule.",
});

function chosen() {
  return photos.chosen.dataset.tab;
}

/** Which group of the tab is shown; empty where there are none. */
function group() {
  const most = (parts[chosen()]?.length ?? 0) - 1;
  return most < 0 ? "" : Math.max(0, Math.min(most, Number(state.get("group")) || 0));
}

// -- the rule ---------------------------------------------------------------------------------------------------------

entry.addEventListener("input", () => {
  changed();
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});

entry.addEventListener("keydown", (event) => {
  if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (save && !save.hidden) write(); }
});

function changed() {
  if (isReadOnly) return;
  const isSaved = entry.value === saved, had = [save, revert].includes(document.activeElement);
  save.hidden = revert.hidden = isSaved;
  plan.hidden = !isSaved; // it is made of what is saved
  if (isSaved && had) plan.focus();
}

async function look() {
  question?.abort();
  question = new AbortController();
  const signal = question.signal;
  const turn = { page, number: String(++number) };
  busy.hidden = false;
  clearTimeout(slow);
  slow = setTimeout(() => { $("slow").hidden = false; }, SLOW);
  $("grid").classList.add("older");
  try {
    const isSaved = entry.value === saved;
    const answer = isSaved
      ? await ask(`preview?${new URLSearchParams({ name, ...turn })}`, { signal })
      : await tell("preview", { name, entry: entry.value, ...turn }, { signal });
    if (isSaved && entry.value === saved) { entry.value = saved = answer.entry; basis = answer.basis; } // an editor may have been there
    preview = answer.preview;
    counts = answer.counts;
    isOpen = answer.open;
    isKnown = answer.known;
    parts = { waiting: answer.waiting };
    about.innerHTML = answer.about;
    replaceRows(answer.rows);
    $("settings").innerHTML = answer.settings;
    trouble.innerHTML = "";
    showFirst();
    showCounts();
    list();
    say(`${counts.added} would be added, ${counts.inside} in the album, ${counts.leaving} would leave`);
    lookFurther(signal, turn);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error.body?.outdated) return;
    trouble.innerHTML = error.html;
    if (!preview) about.innerHTML = ""; // there is nothing to look at yet
    again(trouble, look);
  }
  if (signal === question.signal) { clearTimeout(slow); busy.hidden = $("slow").hidden = true; $("grid").classList.remove("older"); }
}

/** Rows as they are now; who was at one of them with the keyboard still is. */
function replaceRows(html) {
  const place = $("rows"), focused = place.contains(document.activeElement) ? document.activeElement : null;
  const name = focused && [...focused.attributes].map(({ name }) => name).find((name) => name.startsWith("data-row-") || name === "data-add-word");
  const number = name ? [...place.querySelectorAll(`[${name}]`)].indexOf(focused) : -1;
  const value = name && focused.getAttribute(name);
  place.innerHTML = html; // made by the studio, where everything is escaped
  if (!name) return;
  const now = [...place.querySelectorAll(`[${name}]`)];
  (now.find((other) => other.getAttribute(name) === value) || now[number] || place.querySelector("[data-add-word]"))?.focus();
}

/** What comes after the photos: how much each row lets through, and what only just misses. */
async function lookFurther(signal, turn) {
  try {
    const further = await ask(`row-counts?${new URLSearchParams({ preview, ...turn })}`, { signal });
    for (const place of studio.querySelectorAll("[data-row-count]")) showRow(place, ...(further.rows[place.dataset.rowCount] || []));
    parts.near = further.groups;
    counts.near = further.near;
    watchLibrary();
    showCounts();
    if (chosen() === "near") list();
  } catch { /* it is good to have, and no more */ }
}

/** While the library is read in the background, say so: everything works meanwhile, and is quicker afterwards. */
async function watchLibrary() {
  const place = $("library");
  try {
    for (;;) {
      const { reading, library, total, open } = await ask("progress");
      place.hidden = !reading;
      if (!reading && isOpen && !open) look(); // now it is known
      if (!reading) return;
      const bar = place.querySelector("progress");
      place.querySelector("label").textContent = total || !open ? "Reading the library in the background" : "Asking what Immich has looked at";
      place.querySelector(".count").textContent = open && !total ? "" : total ? `${Math.min(100, Math.round((100 * library) / total))} %` : library.toLocaleString();
      if (total) bar.value = Math.min(1, library / total); else bar.removeAttribute("value");
      await new Promise((done) => setTimeout(done, 1000));
    }
  } catch { place.hidden = true; }
}

/** What a row lets through by itself, and what is left of that after the rows above. */
function showRow(place, own, after) {
  if (own === undefined || own === null) return;
  const isFirst = after === null || place.closest("li").matches(":first-child");
  const [seen, read] = [document.createElement("span"), document.createElement("span")];
  seen.ariaHidden = "true";
  read.className = "unseen";
  seen.textContent = isFirst ? own.toLocaleString() : `${own.toLocaleString()} → ${after.toLocaleString()}`;
  read.textContent = isFirst ? `${own.toLocaleString()} photos` : `${own.toLocaleString()} photos by itself, ${after.toLocaleString()} after the rows above`;
  place.replaceChildren(seen, read);
  place.title = isFirst ? "photos that this lets through" : "photos that this lets through by itself → after the rows above";
}

function showCounts() {
  for (const tab of photos.tabs) {
    const count = counts[tab.dataset.tab];
    tab.querySelector(".count").textContent = count === undefined || !(count || isKnown) ? "" : count.toLocaleString();
    tab.classList.toggle("none", !count);
  }
}

/** At the beginning, show the first tab that has something. */
function showFirst() {
  if (state.has("tab") || generation) return;
  const first = photos.tabs.find((tab) => counts[tab.dataset.tab]);
  if (first) photos.choose(first);
}

// -- the rule by its rows and photos ----------------------------------------------------------------------------------

/** What fails is told at `place`, beside what was pressed. */
async function edit(action, texts = {}, place = trouble) {
  try {
    const answer = await tell("edit", { name, entry: entry.value, action, ...texts });
    entry.value = answer.entry;
    trouble.innerHTML = "";
    changed();
    await look();
    return true;
  } catch (error) {
    place.innerHTML = error.html;
    place.scrollIntoView({ block: "nearest" });
    return false;
  }
}

rows($("rows"), { edit, context: () => ({ name, entry: entry.value }), trouble: (error) => { trouble.innerHTML = error.html; }, showText });

$("settings").addEventListener("click", (event) => { if (event.target.dataset.rowText) showText(event.target.dataset.rowText); });

/** What only the text can say, in the text. */
function showText(text) {
  views.tabs[1].click();
  const start = entry.value.indexOf(text.split("\n")[0]);
  entry.focus();
  if (start >= 0) entry.setSelectionRange(start, start + text.length);
}

about.addEventListener("click", (event) => {
  const button = event.target.closest("[data-was]");
  if (button) edit("was", { value: button.dataset.was });
});

panel.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  const photo = panel.querySelector("[data-photo]").dataset.photo;
  if (await edit(button.dataset.do, { photo }, panel.querySelector("[data-panel-problem]"))) show(photo);
});

panel.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const ticks = [...form.querySelectorAll("[name=tick]:checked")].map((tick) => tick.value).join(" ");
  try {
    const answer = await tell("create", { photo: form.dataset.fromPhoto, ticks, name: form.elements.name.value });
    location.href = `album?${new URLSearchParams({ name: answer.name })}`;
  } catch (error) {
    const place = panel.querySelector("[data-panel-problem]");
    place.innerHTML = error.html;
    place.scrollIntoView({ block: "nearest" });
  }
});

// -- saving -----------------------------------------------------------------------------------------------------------

async function write() {
  const sent = entry.value;
  try {
    const answer = await tell("save", { name, entry: sent, basis });
    basis = answer.basis;
    saved = answer.entry;
    if (entry.value === sent) entry.value = answer.entry; // else somebody has gone on typing
    if (answer.name !== name) {
      name = answer.name;
      state.set("name", name);
      location.search = state;
      return;
    }
    overlap.innerHTML = "";
    changed();
    say("saved");
    if (entry.value === saved) look();
  } catch (error) {
    conflict(overlap, error, {
      keep: (now) => { basis = now; write(); },
      take: (now, theirs) => { basis = now; saved = entry.value = theirs; changed(); look(); },
    });
  }
}

save?.addEventListener("click", write);
revert?.addEventListener("click", () => { entry.value = saved; changed(); look(); });
guard(() => !isReadOnly && entry.value !== saved);
onReturn(look);

// -- the photos -------------------------------------------------------------------------------------------------------

function list() {
  const tab = chosen(), of = parts[tab] || [], now = group();
  groups.hidden = !of.length;
  groups.querySelector("[data-groups-words]").textContent = tab === "near" ? "Everything fits but" : "Until then they stay as they are";
  groups.querySelector("ul").replaceChildren(...of.map(([words, count], place) => {
    const item = document.createElement("li"), button = document.createElement("button"), number = document.createElement("span");
    Object.assign(button, { type: "button", className: "chip", ariaPressed: String(place === now), dir: "auto" });
    Object.assign(number, { className: "count", textContent: count.toLocaleString() });
    button.append(`${words} `, number);
    button.addEventListener("click", () => { remember("group", String(place)); list(); groups.querySelector("[aria-pressed=true]").focus(); });
    item.append(button);
    return item;
  }));
  grid.reset(now === "" ? counts[tab] || 0 : of[now][2], ++generation);
}

function remember(word, value) {
  if (value) state.set(word, value); else state.delete(word);
  history.replaceState(history.state, "", `album?${state}`);
}

// -- one photo --------------------------------------------------------------------------------------------------------

let opened = null;

async function show(id) {
  opened?.abort();
  opened = new AbortController();
  if (panel.hidden && state.get("photo") !== id) { history.pushState({ isOurs: true }, "", location.href); } // Back closes it
  remember("photo", id);
  panel.hidden = false;
  studio.classList.add("with-panel");
  panel.innerHTML = "<p class='faint'>Why is it here?…</p>";
  try {
    const { html } = await part(`photo?${new URLSearchParams({ name, preview, id })}`, { signal: opened.signal });
    panel.innerHTML = html;
    quietly(panel);
    panel.querySelector("[data-close]")?.addEventListener("click", close);
    panel.focus({ preventScroll: true });
  } catch { /* another photo was chosen meanwhile */ }
}

function close() {
  if (panel.hidden) return;
  opened?.abort();
  panel.hidden = true;
  studio.classList.remove("with-panel");
  grid.cells.get(grid.index)?.focus({ preventScroll: true });
  if (history.state?.isOurs) history.back(); else remember("photo", "");
}

addEventListener("popstate", () => {
  const photo = new URLSearchParams(location.search).get("photo");
  state.set("photo", photo || ""); // tabs that were chosen meanwhile stay as they are
  if (photo) show(photo); else { close(); remember("photo", ""); }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.matches("textarea, input")) close();
  if (!panel.hidden && panel.contains(event.target) && !event.target.matches("input") && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    grid.choose(grid.index + (event.key === "ArrowRight" ? 1 : -1));
  }
});

const wanted = photos.tabs.find((tab) => tab.dataset.tab === state.get("tab"));
if (wanted) photos.choose(wanted);
if (state.get("view") === "yaml") views.choose(views.tabs[1]);
look();
if (state.get("photo")) show(state.get("photo"));
