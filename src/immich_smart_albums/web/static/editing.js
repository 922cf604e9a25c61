// What all pages that edit a file share: nothing is overwritten unseen, nothing typed is lost.

/** Shows that the file was changed meanwhile; `keep(basis)` writes over it, `take(basis, theirs)` goes on from it. */
export function showConflict(container, error, { keep, take }) {
  container.innerHTML = error.html; // made by the studio, where everything is escaped
  const { basis, theirs } = error.body || {};
  container.querySelector("[data-keep-mine]")?.addEventListener("click", () => keep(basis));
  container.querySelector("[data-take-theirs]")?.addEventListener("click", () => { container.innerHTML = ""; take(basis, theirs); });
}

/** Asks before a page is left with text that is saved nowhere. */
export function confirmLeaving(hasChanges) {
  addEventListener("beforeunload", (event) => { if (hasChanges()) event.preventDefault(); });
}

/** Calls `save` for Ctrl+S, or Cmd+S, in a field. */
export function onSaveKey(field, save) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); }
  });
}
