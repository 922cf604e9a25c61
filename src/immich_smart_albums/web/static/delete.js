// Deleting a rule, and putting it back as long as the page is open.
import { say, tell } from "./api.js";
import { conflict } from "./editing.js";

const place = document.querySelector("[data-deletion]");
const { album: name, file: path } = place.dataset;
const button = place.querySelector("[data-delete]");

button?.addEventListener("click", async () => {
  button.disabled = true;
  const trouble = place.querySelector("[data-problem]");
  try {
    const { html, before, basis } = await tell("delete-rule", { name, basis: place.dataset.basis });
    place.innerHTML = html + "<div data-problem></div>"; // made by the studio, where everything is escaped
    say(place.textContent.trim().replace(/\s+/g, " "));
    place.querySelector("a").focus();
    place.querySelector("[data-put-back]").addEventListener("click", () => putBack(before, basis));
  } catch (error) {
    trouble.innerHTML = error.html;
    trouble.insertAdjacentHTML("beforeend", "<p><button class='button' type='button' data-look-again>Look again</button></p>");
    const again = trouble.querySelector("[data-look-again]");
    again.addEventListener("click", () => location.reload());
    again.focus();
  }
});

async function putBack(text, basis) {
  const trouble = place.querySelector("[data-problem]");
  try {
    const answer = await tell("save-file", { path, text, basis });
    if (answer.reads) location.href = `album?${new URLSearchParams({ name })}`;
    else trouble.innerHTML = answer.state;
  } catch (error) {
    conflict(trouble, error, { keep: (now) => putBack(text, now), take: () => { location.href = "./"; } });
  }
}
