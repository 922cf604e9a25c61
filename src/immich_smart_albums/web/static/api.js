// Asking the studio: everything is relative to the page, so that it works wherever it is mounted.

const AWHILE = 600_000; // ms after which a page is looked at anew

/** The JSON that an address answers; throws Trouble with what to show. */
export async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("<section class='notice bad' role='alert' data-again><h2>The studio does not answer</h2><p>It may have been ended. Start it again, and this page goes on. What you typed is still here.</p></section>", 0);
  }
  const type = response.headers.get("content-type") || "";
  const body = type.startsWith("application/json") ? await response.json() : { problem: plain(await response.text()) };
  if (!response.ok || body.problem || body.outdated) throw new Trouble(body.problem || "", response.status, body);
  return body;
}

/** Send texts to an address. */
export function tell(address, texts, options = {}) {
  return ask(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(texts), ...options });
}

/** A part of a page. A failure is one too. */
export async function part(address, options = {}) {
  try {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    const text = await response.text();
    const isHtml = (response.headers.get("content-type") || "").startsWith("text/html");
    return { html: isHtml ? text : plain(text), ok: response.ok };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { html: "<section class='notice bad' role='alert' data-again><h2>The studio does not answer</h2><p>It may have been ended. Start it again, and this page goes on.</p></section>", ok: false };
  }
}

export class Trouble extends Error {
  constructor(html, status, body = {}) {
    super("the studio answered with a problem");
    this.html = html; // made by the server, where everything is escaped
    this.status = status;
    this.body = body;
  }
}

/** Say something to who does not see the page. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** When somebody comes back to the page after a while, from another one or from sleep. */
export function onReturn(act) {
  let left = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) left = Date.now();
    else if (Date.now() - left > AWHILE) act();
  });
}

/** Where something failed that may go better another time, offer that. */
export function again(place, retry) {
  const notice = place.querySelector("[data-again]");
  if (!notice) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: "Try again" });
  button.addEventListener("click", retry);
  notice.append(button);
}

/** Pictures that are not there leave an empty place, and no broken sign. */
export function quietly(place) {
  for (const image of place.querySelectorAll("img")) image.addEventListener("error", () => image.remove(), { once: true });
}

function plain(text) {
  const p = document.createElement("p");
  p.className = "notice bad";
  p.textContent = text;
  return p.outerHTML;
}
