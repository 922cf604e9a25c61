// On every page: parts that are loaded, finding, and the keys that work everywhere.
import { again, ask, onReturn, part, quietly, say } from "./api.js";

quietly(document);
for (const place of document.querySelectorAll("[data-load]")) load(place);

for (const place of document.querySelectorAll("[data-then=status]")) onReturn(() => load(place));

async function load(place) {
  const query = "keepQuery" in place.dataset ? location.search : "";
  const watch = setInterval(() => progress(place), 700);
  const { html } = await part(place.dataset.load + query);
  clearInterval(watch);
  place.innerHTML = html;
  place.removeAttribute("aria-busy");
  again(place, () => { place.setAttribute("aria-busy", "true"); load(place); });
  quietly(place);
  place.querySelector("[data-more]")?.addEventListener("click", () => loadAll(place));
  filter();
  if (place.dataset.then === "status" && place.querySelector("[data-standing]")) standings(place);
}

async function progress(place) {
  const words = place.querySelector("[data-progress]");
  if (!words) return;
  try {
    const { read } = await ask("progress");
    if (read) words.textContent = `Making the plan… ${read.toLocaleString()} photos read`;
  } catch { /* the part itself will tell */ }
}

async function standings(place) {
  try {
    const status = await ask("status");
    for (const badge of place.querySelectorAll("[data-standing]")) {
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
    const totals = place.querySelector("[data-totals]");
    totals.hidden = false;
    totals.textContent = status.totals + " ";
    if (status.changes) {
      const link = document.createElement("a");
      link.className = "button";
      link.href = "plan";
      link.textContent = "Look at the plan";
      totals.append(link);
    }
    say(status.totals);
  } catch (trouble) {
    for (const badge of place.querySelectorAll("[data-standing]")) badge.remove();
    if (!place.querySelector(".notice.bad")) place.insertAdjacentHTML("afterbegin", trouble.html || "");
  }
}

/** All of a list of which only a part is shown. */
function loadAll(place) {
  place.querySelector("[data-more]").disabled = true;
  place.dataset.load = `${place.dataset.load}?all=1`;
  load(place);
}

function filter() {
  const wanted = document.querySelector("[data-find]")?.value.trim().toLowerCase() || "";
  for (const card of document.querySelectorAll("[data-name]")) card.hidden = !card.dataset.name.includes(wanted);
}

document.querySelector("[data-find]")?.addEventListener("input", () => {
  const more = document.querySelector("[data-more]:not(:disabled)");
  if (more) loadAll(more.closest("[data-load]"));
  filter();
});

const keys = document.getElementById("keys");
document.querySelector("[data-keys]").addEventListener("click", () => keys.showModal());
document.addEventListener("keydown", (event) => {
  const writes = event.target.matches("input, textarea, select");
  if (writes && event.key === "Escape") event.target.blur();
  if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?") keys.showModal();
  if (event.key === "/") {
    const field = document.querySelector("[data-slash]");
    if (field) { event.preventDefault(); document.querySelector(`[aria-controls="${field.closest("[role=tabpanel]")?.id}"]`)?.click(); field.focus(); }
  }
});
