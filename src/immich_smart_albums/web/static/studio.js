// On every page: fragments that are loaded, the search for albums, and the keys that work everywhere.
import { announce, dropBrokenImages, getFragment, getJson, offerRetry, onReturn } from "./api.js";

const PROGRESS = 700; // ms between two looks at the progress

dropBrokenImages(document);
for (const container of document.querySelectorAll("[data-load]")) load(container);
for (const container of document.querySelectorAll("[data-then=status]")) onReturn(() => load(container));

/** Loads the fragment that a container names. */
async function load(container) {
  const query = "keepQuery" in container.dataset ? location.search : "";
  const timer = setInterval(() => showProgress(container), PROGRESS);
  container.innerHTML = await getFragment(container.dataset.load + query);
  clearInterval(timer);
  container.removeAttribute("aria-busy");
  offerRetry(container, () => { container.setAttribute("aria-busy", "true"); load(container); });
  dropBrokenImages(container);
  container.querySelector("[data-more]")?.addEventListener("click", () => loadAll(container));
  filterAlbums();
  if (container.dataset.then === "status" && container.querySelector("[data-standing]")) showStandings(container);
}

async function showProgress(container) {
  const words = container.querySelector("[data-progress]");
  if (!words) return;
  try {
    const { read } = await getJson("progress");
    if (read) words.textContent = `Making the plan… ${read.toLocaleString()} photos read`;
  } catch { /* the fragment itself will say what is wrong */ }
}

/** Shows how each album stands to its rule. */
async function showStandings(container) {
  try {
    const status = await getJson("status");
    for (const badge of container.querySelectorAll("[data-standing]")) {
      const standing = status.albums[badge.dataset.standing];
      badge.textContent = standing ? standing.words : "nothing matches yet";
      if (standing) badge.classList.add(standing.kind);
      if (standing && standing.reason) badge.insertAdjacentElement("afterend", Object.assign(document.createElement("p"), { className: "reason", textContent: standing.reason, dir: "auto" }));
      const cover = badge.closest("li").querySelector(".cover");
      if (standing && standing.photo && !cover.querySelector("img")) {
        const image = document.createElement("img");
        image.alt = "";
        image.src = `picture/${standing.photo}`;
        cover.append(image);
      }
    }
    const totals = container.querySelector("[data-totals]");
    totals.hidden = false;
    totals.textContent = status.totals + " ";
    if (status.changes) {
      const link = document.createElement("a");
      link.className = "button";
      link.href = "plan";
      link.textContent = "Look at the plan";
      totals.append(link);
    }
    announce(status.totals);
  } catch (error) {
    for (const badge of container.querySelectorAll("[data-standing]")) badge.remove();
    if (!container.querySelector(".notice.bad")) container.insertAdjacentHTML("afterbegin", error.html || "");
  }
}

/** Loads all of a list of which only a part is shown. */
function loadAll(container) {
  container.querySelector("[data-more]").disabled = true;
  container.dataset.load = `${container.dataset.load}?all=1`;
  load(container);
}

/** Hides the albums whose names do not have what is typed in the search field. */
function filterAlbums() {
  const text = document.querySelector("[data-find]")?.value.trim().toLowerCase() || "";
  for (const card of document.querySelectorAll("[data-name]")) card.hidden = !card.dataset.name.includes(text);
}

document.querySelector("[data-find]")?.addEventListener("input", () => {
  const more = document.querySelector("[data-more]:not(:disabled)");
  if (more) loadAll(more.closest("[data-load]"));
  filterAlbums();
});

const keys = document.getElementById("keys");
document.querySelector("[data-keys]").addEventListener("click", () => keys.showModal());
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, textarea, select");
  if (isTyping && event.key === "Escape") event.target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?") keys.showModal();
  if (event.key === "/") {
    const field = document.querySelector("[data-slash]");
    if (field) { event.preventDefault(); document.querySelector(`[aria-controls="${field.closest("[role=tabpanel]")?.id}"]`)?.click(); field.focus(); }
  }
});
