// What all pages that edit a file have in common: nothing is overwritten unseen, nothing typed is lost.

/** Show that the file was changed meanwhile; `keep(basis)` writes over it, `take(basis, theirs)` goes on from it. */
export function conflict(place, error, { keep, take }) {
  place.innerHTML = error.html; // made by the studio, where everything is escaped
  const { basis, theirs } = error.body || {};
  place.querySelector("[data-keep-mine]")?.addEventListener("click", () => keep(basis));
  place.querySelector("[data-take-theirs]")?.addEventListener("click", () => { place.innerHTML = ""; take(basis, theirs); });
}

/** Ask before a page is left on which something was typed that is saved nowhere. */
export function guard(isChanged) {
  addEventListener("beforeunload", (event) => { if (isChanged()) event.preventDefault(); });
}
