// The rule as rows: what is changed here becomes text, by the studio, and the text is what counts.
import { tell } from "./api.js";

/** `edit(action, texts)` changes the rule; `context()` is what the studio has to know of it. */
export function rows(place, { edit, context, trouble }) {
  const form = document.createElement("div");
  place.after(form);

  place.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { rowEdit, rowNegate, rowRemove, rowAdd } = button.dataset;
    if (rowEdit) open({ path: rowEdit });
    if (rowNegate) edit("negate", { path: rowNegate });
    if (rowRemove) edit("remove", { path: rowRemove });
    if (rowAdd) {
      const select = place.querySelector("[data-add-word]");
      select.dataset.path = rowAdd;
      select.focus();
    }
  });

  place.addEventListener("change", (event) => {
    const select = event.target.closest("[data-add-word]");
    if (!select || !select.value) return;
    open({ path: select.dataset.path || "", word: select.value });
    select.value = "";
    delete select.dataset.path;
  });

  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches("[data-choice-find]")) {
      const wanted = field.value.trim().toLowerCase();
      for (const choice of form.querySelectorAll(".choice-list .choice")) choice.hidden = !choice.textContent.toLowerCase().includes(wanted);
    } else if (!field.matches("[data-value]")) {
      form.querySelector("[data-value]").value = composed(form.querySelector("form"));
    }
  });

  form.addEventListener("click", (event) => { if (event.target.closest("[data-row-cancel]")) close(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { path, word, action } = event.target.dataset;
    const value = event.target.querySelector("[data-value]").value;
    if (await edit(action, { path, word, value })) close();
  });

  async function open(texts) {
    try {
      const { html } = await tell("row", { ...context(), ...texts });
      form.innerHTML = html;
      for (const image of form.querySelectorAll("img")) image.addEventListener("error", () => image.remove(), { once: true });
      form.querySelector("input")?.focus();
      form.scrollIntoView({ block: "nearest" });
    } catch (error) {
      trouble(error);
    }
  }

  function close() {
    form.innerHTML = "";
    place.querySelector("[data-add-word]")?.focus();
  }
}

/** The value that a form says, as YAML. */
function composed(form) {
  const isText = !["choice", "truth"].includes(form.dataset.picker);
  const chosen = [...form.querySelectorAll("[name=choice]:checked")].map((input) => (isText ? JSON.stringify(input.value) : input.value));
  if (form.querySelector("[name=choice]")) {
    const value = chosen.length === 1 ? chosen[0] : `[${chosen.join(", ")}]`;
    return form.querySelector("[data-together]")?.checked && chosen.length > 1 ? `{all: ${value}}` : chosen.length ? value : "";
  }
  const options = [...form.querySelectorAll("[data-option]")].filter((input) => input.value.trim());
  const isPlain = ["place", "camera", "smart"].includes(form.dataset.picker);
  const parts = options.map((input) => `${input.dataset.option}: ${isPlain && input.type === "text" ? JSON.stringify(input.value.trim()) : input.value.trim()}`);
  return parts.length ? `{${parts.join(", ")}}` : "";
}
