// A new album: its rule is written into the file, and the next page shows its photos.
import { postJson } from "./api.js";

const form = document.querySelector("[data-new]");

form.addEventListener("change", () => {
  form.elements.name.placeholder = form.querySelector("[name=starter]:checked").dataset.title;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { name } = await postJson("create", Object.fromEntries(new FormData(form)));
    location.href = `album?${new URLSearchParams({ name })}`;
  } catch (error) {
    form.querySelector("[data-problem]").innerHTML = error.html;
  }
});
