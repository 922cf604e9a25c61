// Requests to the studio. Addresses are relative to the page, so that it works wherever it is mounted.

const AWAY = 600_000; // ms after which a page that somebody comes back to is updated

/** Returns the JSON at an address. Throws StudioError with what to show. */
export async function getJson(address, options = {}) {
  const response = await request(address, options, " What you typed is still here.");
  const body = hasType(response, "application/json") ? await response.json() : { problem: notice(await response.text()) };
  if (!response.ok || body.problem || body.outdated) throw new StudioError(body.problem || "", body);
  return body;
}

/** Sends texts by name to an address. Returns the JSON of the response; throws as `getJson` does. */
export function postJson(address, texts, options = {}) {
  return getJson(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(texts), ...options });
}

/** Returns the HTML of a fragment of a page. A failure is HTML too; throws only if it was aborted. */
export async function getFragment(address, options = {}) {
  try {
    const response = await request(address, options);
    const text = await response.text();
    return hasType(response, "text/html") ? text : notice(text);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return unreachable().html;
  }
}

/** A failure: `html` says what is wrong, `body` is the whole response. */
export class StudioError extends Error {
  constructor(html, body = {}) {
    super("the studio answered with a problem");
    this.html = html; // made by the server, where everything is escaped
    this.body = body;
  }
}

async function request(address, options, consolation = "") {
  try {
    return await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable(consolation);
  }
}

function unreachable(consolation = "") {
  return new StudioError(`<section class='notice bad' role='alert' data-again><h2>The studio does not answer</h2><p>It may have been ended. Start it again, and this page goes on.${consolation}</p></section>`);
}

function hasType(response, type) {
  return (response.headers.get("content-type") || "").startsWith(type);
}

/** Returns a plain text as an error notice, escaped. */
function notice(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "notice bad";
  paragraph.textContent = text;
  return paragraph.outerHTML;
}

/** Lets a screen reader say something. */
export function announce(text) {
  document.getElementById("said").textContent = text;
}

/** Calls `update` when somebody comes back to the page after a while, from another one or from sleep. */
export function onReturn(update) {
  let leftAt = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) leftAt = Date.now();
    else if (Date.now() - leftAt > AWAY) update();
  });
}

/** Adds a button to a failure that may pass, if `container` shows one. */
export function offerRetry(container, retry) {
  const failure = container.querySelector("[data-again]");
  if (!failure) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: "Try again" });
  button.addEventListener("click", retry);
  failure.append(button);
}

/** Removes images that cannot be loaded, so that no broken sign stands in their place. */
export function dropBrokenImages(container) {
  for (const image of container.querySelectorAll("img")) image.addEventListener("error", () => image.remove(), { once: true });
}

/** Waits for some milliseconds. */
export const pause = (time) => new Promise((done) => setTimeout(done, time));
