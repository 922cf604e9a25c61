// Deleting a rule, and putting it back as long as the page is open.
import { announce, postJson } from "./api.js";
import { showConflict } from "./editing.js";

const deletion = document.querySelector("[data-deletion]");
const { album: name, file: path } = deletion.dataset;
const button = deletion.querySelector("[data-delete]");

button?.addEventListener("click", async () => {
  button.disabled = true;
  const problem = deletion.querySelector("[data-problem]");
  try {
    const { html, before, basis } = await postJson("delete-rule", { name, basis: deletion.dataset.basis });
    deletion.innerHTML = html + "<div data-problem></div>"; // made by the studio, where everything is escaped
    announce(deletion.textContent.trim().replace(/\s+/g, " "));
    deletion.querySelector("a").focus();
    deletion.querySelector("[data-put-back]").addEventListener("click", () => putBack(before, basis));
  } catch (error) {
    problem.innerHTML = error.html;
    problem.insertAdjacentHTML("beforeend", "<p><button class='button' type='button' data-reload>Look again</button></p>");
    const reload = problem.querySelector("[data-reload]");
    reload.addEventListener("click", () => location.reload());
    reload.focus();
  }
});

async function putBack(text, basis) {
  const problem = deletion.querySelector("[data-problem]");
  try {
    const response = await postJson("save-file", { path, text, basis });
    if (response.reads) location.href = `album?${new URLSearchParams({ name })}`;
    else problem.innerHTML = response.state;
  } catch (error) {
    showConflict(problem, error, { keep: (newBasis) => putBack(text, newBasis), take: () => { location.href = "./"; } });
  }
}
