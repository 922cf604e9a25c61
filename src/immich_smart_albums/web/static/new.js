// A new album: its rule is written into the file, and the next page shows its photos.
import { tell } from "./api.js";

const form = document.querySelector("[data-new]");
const name = form.elements.name;

form.addEventListener("change", () => {
  const starter = form.querySelector("[name=starter]:checked");
  name.placeholder = starter.dataset.title;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const album = await tell("create", Object.fromEntries(new FormData(form)));
    location.href = `album?${new URLSearchParams({ name: album.name })}`;
  } catch (error) {
    form.querySelector("[data-problem]").innerHTML = error.html;
  }
});
