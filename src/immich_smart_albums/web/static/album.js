// One album: the rule beside its photos. What somebody types shows at once; only the newest request counts.
import { announce, dropBrokenImages, getFragment, getJson, offerRetry, onReturn, pause, postJson } from "./api.js";
import { confirmLeaving, onSaveKey, showConflict } from "./editing.js";
import { Grid } from "./grid.js";
import { editRows } from "./rows.js";
import { Tabs } from "./tabs.js";

const PAUSE = 250; // ms without a key until the rule is previewed
const SLOW = 4000; // ms until the page says that something takes long
const POLL = 1000; // ms between two looks at the progress

const NO_PHOTOS = {
  added: ({ inside, waiting }) => inside || waiting ? "Nothing new: what the rule means is in the album." : "No photo matches this rule. Near misses show what comes closest.",
  inside: () => "The album is empty.",
  leaving: () => "Nothing would leave.",
  kept: () => "Nobody took anything out.",
  waiting: () => "Nothing waits for Immich.",
  near: ({ near }) => near === undefined ? "Looking for what comes closest…" : "No photo misses by one row alone.",
};

const studio = document.querySelector(".studio");
const $ = (name) => studio.querySelector(`[data-${name}]`);
const entry = $("entry"), about = $("about"), problem = $("problem"), conflict = $("conflict"), groups = $("groups"), panel = $("panel");
const saveButton = $("save"), revertButton = $("revert"), planLink = $("plan");
const isReadOnly = "readOnly" in studio.dataset;
const page = crypto.getRandomValues(new Uint32Array(2)).join("-"); // by which the studio knows this page's requests
const parameters = new URLSearchParams(location.search);
const photoTabs = new Tabs($("tabs"), (tab) => { setParameter("tab", tab.dataset.tab); setParameter("group", ""); showPhotos(); });
const ruleTabs = new Tabs($("views"), (tab) => setParameter("view", tab.dataset.view === "yaml" ? "yaml" : ""));

let saved = entry.value;
let basis = studio.dataset.basis;
let name = studio.dataset.album;
let preview = ""; // id of the preview that is shown
let counts = {}; // of photos, by tab
let isKnown = true; // false if Immich could not be asked about something: then zero is not none
let groupsOf = {}; // by tab, where its photos are in groups: the words, the size, and how many are shown of each
let isIndexingOpen = false; // photos wait only because Immich was not asked yet whether it has looked at them
let generation = 0; // of the list of photos
let request = null;
let requestNumber = 0;
let typingTimer = 0;
let slowTimer = 0;

const grid = new Grid($("grid"), {
  fetchPage: (from) => getJson(`photos?${new URLSearchParams({ preview, tab: chosenTab(), group: chosenGroup(), from })}`).catch((error) => { if (error.body?.outdated) updatePreview(); throw error; }),
  open: (photo) => openPhoto(photo[0]),
  empty: () => isKnown || ["inside", "kept"].includes(chosenTab()) ? NO_PHOTOS[chosenTab()](counts) : "That is not known; the reason stands with the rule.",
});

function chosenTab() {
  return photoTabs.chosen.dataset.tab;
}

/** Returns the index of the group that is shown. Empty where the tab has no groups. */
function chosenGroup() {
  const last = (groupsOf[chosenTab()]?.length ?? 0) - 1;
  return last < 0 ? "" : Math.max(0, Math.min(last, Number(parameters.get("group")) || 0));
}

/** Keeps a choice in the address of the page. */
function setParameter(word, value) {
  if (value) parameters.set(word, value); else parameters.delete(word);
  history.replaceState(history.state, "", `album?${parameters}`);
}

function showProblem(container, error) {
  container.innerHTML = error.html; // made by the studio, where everything is escaped
  container.scrollIntoView({ block: "nearest" });
}

// -- the rule ---------------------------------------------------------------------------------------------------------

entry.addEventListener("input", () => {
  updateButtons();
  clearTimeout(typingTimer);
  typingTimer = setTimeout(updatePreview, PAUSE);
});

onSaveKey(entry, () => { if (saveButton && !saveButton.hidden) save(); });

function updateButtons() {
  if (isReadOnly) return;
  const isSaved = entry.value === saved, hadFocus = [saveButton, revertButton].includes(document.activeElement);
  saveButton.hidden = revertButton.hidden = isSaved;
  planLink.hidden = !isSaved; // the plan is made of what is saved
  if (isSaved && hadFocus) planLink.focus();
}

/** Shows what the rule means as it is written now. */
async function updatePreview() {
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  const pageRequest = { page, number: String(++requestNumber) };
  $("busy").hidden = false;
  clearTimeout(slowTimer);
  slowTimer = setTimeout(() => { $("slow").hidden = false; }, SLOW);
  $("grid").classList.add("older");
  try {
    const isSaved = entry.value === saved;
    const response = isSaved
      ? await getJson(`preview?${new URLSearchParams({ name, ...pageRequest })}`, { signal })
      : await postJson("preview", { name, entry: entry.value, ...pageRequest }, { signal });
    if (isSaved && entry.value === saved) { entry.value = saved = response.entry; basis = response.basis; } // the file may have changed
    preview = response.preview;
    counts = response.counts;
    isIndexingOpen = response.open;
    isKnown = response.known;
    groupsOf = { waiting: response.waiting };
    about.innerHTML = response.about;
    replaceRows(response.rows);
    $("settings").innerHTML = response.settings;
    problem.innerHTML = "";
    chooseFirstTab();
    showCounts();
    showPhotos();
    announce(`${counts.added} would be added, ${counts.inside} in the album, ${counts.leaving} would leave`);
    updateRowCounts(signal, pageRequest);
  } catch (error) {
    if (error.name === "AbortError" || error.body?.outdated) return;
    problem.innerHTML = error.html;
    if (!preview) about.innerHTML = ""; // there is nothing to look at yet
    offerRetry(problem, updatePreview);
  }
  if (signal === request.signal) { clearTimeout(slowTimer); $("busy").hidden = $("slow").hidden = true; $("grid").classList.remove("older"); }
}

/** Shows new rows. A row that had the focus has it again. */
function replaceRows(html) {
  const rows = $("rows"), focused = rows.contains(document.activeElement) ? document.activeElement : null;
  const attribute = focused?.getAttributeNames().find((name) => name.startsWith("data-row-") || name === "data-add-word");
  const index = attribute ? [...rows.querySelectorAll(`[${attribute}]`)].indexOf(focused) : -1;
  const value = attribute && focused.getAttribute(attribute);
  rows.innerHTML = html; // made by the studio, where everything is escaped
  if (!attribute) return;
  const candidates = [...rows.querySelectorAll(`[${attribute}]`)];
  (candidates.find((candidate) => candidate.getAttribute(attribute) === value) || candidates[index] || rows.querySelector("[data-add-word]"))?.focus();
}

/** Shows how many photos each row lets through, and the near misses. */
async function updateRowCounts(signal, pageRequest) {
  try {
    const response = await getJson(`row-counts?${new URLSearchParams({ preview, ...pageRequest })}`, { signal });
    for (const cell of studio.querySelectorAll("[data-row-count]")) showRowCount(cell, ...(response.rows[cell.dataset.rowCount] || []));
    groupsOf.near = response.groups;
    counts.near = response.near;
    showLibraryProgress();
    showCounts();
    if (chosenTab() === "near") showPhotos();
  } catch { /* it is good to have, and no more */ }
}

/** Shows that the library is read in the background. Everything works meanwhile, and is quicker afterwards. */
async function showLibraryProgress() {
  const library = $("library"), bar = library.querySelector("progress");
  try {
    for (;;) {
      const { reading, library: read, total, open } = await getJson("progress");
      library.hidden = !reading;
      if (!reading && isIndexingOpen && !open) updatePreview(); // now it is known
      if (!reading) return;
      library.querySelector("label").textContent = total || !open ? "Reading the library in the background" : "Asking what Immich has looked at";
      library.querySelector(".count").textContent = open && !total ? "" : total ? `${Math.min(100, Math.round((100 * read) / total))} %` : read.toLocaleString();
      if (total) bar.value = Math.min(1, read / total); else bar.removeAttribute("value");
      await pause(POLL);
    }
  } catch { library.hidden = true; }
}

/** Shows how many photos a row lets through by itself, and how many are left after it and the rows above. */
function showRowCount(cell, alone, after) {
  if (alone === undefined || alone === null) return;
  const isFirst = after === null || cell.closest("li").matches(":first-child");
  const [visible, spoken] = [document.createElement("span"), document.createElement("span")];
  visible.ariaHidden = "true";
  spoken.className = "unseen";
  visible.textContent = isFirst ? alone.toLocaleString() : `${alone.toLocaleString()} → ${after.toLocaleString()}`;
  spoken.textContent = isFirst ? `${alone.toLocaleString()} photos` : `${alone.toLocaleString()} photos by itself, ${after.toLocaleString()} after the rows above`;
  cell.replaceChildren(visible, spoken);
  cell.title = isFirst ? "photos that this lets through" : "photos that this lets through by itself → after the rows above";
}

function showCounts() {
  for (const tab of photoTabs.tabs) {
    const count = counts[tab.dataset.tab];
    tab.querySelector(".count").textContent = count === undefined || !(count || isKnown) ? "" : count.toLocaleString();
    tab.classList.toggle("none", !count);
  }
}

/** At the beginning, chooses the first tab that has photos. */
function chooseFirstTab() {
  if (parameters.has("tab") || generation) return;
  const first = photoTabs.tabs.find((tab) => counts[tab.dataset.tab]);
  if (first) photoTabs.choose(first);
}

// -- edits by rows and photos -----------------------------------------------------------------------------------------

/** Edits the rule. Returns whether that went well; `container` shows a failure, beside what was pressed. */
async function edit(action, texts = {}, container = problem) {
  try {
    const response = await postJson("edit", { name, entry: entry.value, action, ...texts });
    entry.value = response.entry;
    problem.innerHTML = "";
    updateButtons();
    await updatePreview();
    return true;
  } catch (error) {
    showProblem(container, error);
    return false;
  }
}

editRows($("rows"), { edit, context: () => ({ name, entry: entry.value }), showError: (error) => { problem.innerHTML = error.html; }, showText });

$("settings").addEventListener("click", (event) => { if (event.target.dataset.rowText) showText(event.target.dataset.rowText); });

/** Selects a part of the rule in its YAML. */
function showText(text) {
  ruleTabs.tabs[1].click();
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
  const { photo } = panel.querySelector("[data-photo]").dataset;
  if (await edit(button.dataset.do, { photo }, panel.querySelector("[data-panel-problem]"))) openPhoto(photo);
});

panel.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const ticks = [...form.querySelectorAll("[name=tick]:checked")].map((tick) => tick.value).join(" ");
  try {
    const response = await postJson("create", { photo: form.dataset.fromPhoto, ticks, name: form.elements.name.value });
    location.href = `album?${new URLSearchParams({ name: response.name })}`;
  } catch (error) {
    showProblem(panel.querySelector("[data-panel-problem]"), error);
  }
});

// -- saving -----------------------------------------------------------------------------------------------------------

async function save() {
  const sent = entry.value;
  try {
    const response = await postJson("save", { name, entry: sent, basis });
    basis = response.basis;
    saved = response.entry;
    if (entry.value === sent) entry.value = response.entry; // else somebody has gone on typing
    if (response.name !== name) {
      name = response.name;
      parameters.set("name", name);
      location.search = parameters;
      return;
    }
    conflict.innerHTML = "";
    updateButtons();
    announce("saved");
    if (entry.value === saved) updatePreview();
  } catch (error) {
    showConflict(conflict, error, {
      keep: (newBasis) => { basis = newBasis; save(); },
      take: (newBasis, theirs) => { basis = newBasis; saved = entry.value = theirs; updateButtons(); updatePreview(); },
    });
  }
}

saveButton?.addEventListener("click", save);
revertButton?.addEventListener("click", () => { entry.value = saved; updateButtons(); updatePreview(); });
confirmLeaving(() => !isReadOnly && entry.value !== saved);
onReturn(updatePreview);

// -- the photos -------------------------------------------------------------------------------------------------------

/** Shows the photos of the chosen tab, or of one of its groups. */
function showPhotos() {
  const tab = chosenTab(), tabGroups = groupsOf[tab] || [], chosen = chosenGroup();
  groups.hidden = !tabGroups.length;
  groups.querySelector("[data-groups-words]").textContent = tab === "near" ? "Everything fits but" : "Until then they stay as they are";
  groups.querySelector("ul").replaceChildren(...tabGroups.map(([words, count], index) => groupItem(words, count, index, index === chosen)));
  grid.reset(chosen === "" ? counts[tab] || 0 : tabGroups[chosen][2], ++generation);
}

function groupItem(words, count, index, isChosen) {
  const item = document.createElement("li"), button = document.createElement("button"), number = document.createElement("span");
  Object.assign(button, { type: "button", className: "chip", ariaPressed: String(isChosen), dir: "auto" });
  Object.assign(number, { className: "count", textContent: count.toLocaleString() });
  button.append(`${words} `, number);
  button.addEventListener("click", () => { setParameter("group", String(index)); showPhotos(); groups.querySelector("[aria-pressed=true]").focus(); });
  item.append(button);
  return item;
}

// -- one photo --------------------------------------------------------------------------------------------------------

let photoRequest = null;

/** Opens the panel of a photo. */
async function openPhoto(id) {
  photoRequest?.abort();
  photoRequest = new AbortController();
  if (panel.hidden && parameters.get("photo") !== id) { history.pushState({ isOurs: true }, "", location.href); } // Back closes it
  setParameter("photo", id);
  panel.hidden = false;
  studio.classList.add("with-panel");
  panel.innerHTML = "<p class='faint'>Why is it here?…</p>";
  try {
    panel.innerHTML = await getFragment(`photo?${new URLSearchParams({ name, preview, id })}`, { signal: photoRequest.signal });
    dropBrokenImages(panel);
    panel.querySelector("[data-close]")?.addEventListener("click", closePhoto);
    panel.focus({ preventScroll: true });
  } catch { /* another photo was opened meanwhile */ }
}

function closePhoto() {
  if (panel.hidden) return;
  photoRequest?.abort();
  panel.hidden = true;
  studio.classList.remove("with-panel");
  grid.focus();
  if (history.state?.isOurs) history.back(); else setParameter("photo", "");
}

addEventListener("popstate", () => {
  const photo = new URLSearchParams(location.search).get("photo");
  parameters.set("photo", photo || ""); // tabs that were chosen meanwhile stay as they are
  if (photo) openPhoto(photo); else { closePhoto(); setParameter("photo", ""); }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.matches("textarea, input")) closePhoto();
  if (!panel.hidden && panel.contains(event.target) && !event.target.matches("input") && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    grid.choose(grid.current + (event.key === "ArrowRight" ? 1 : -1));
  }
});

const wantedTab = photoTabs.tabs.find((tab) => tab.dataset.tab === parameters.get("tab"));
if (wantedTab) photoTabs.choose(wantedTab);
if (parameters.get("view") === "yaml") ruleTabs.choose(ruleTabs.tabs[1]);
updatePreview();
if (parameters.get("photo")) openPhoto(parameters.get("photo"));
