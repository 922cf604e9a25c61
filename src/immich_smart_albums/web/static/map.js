// A map that is drawn from the photos' own coordinates: no tiles, nothing from anywhere else.
import { getJson } from "./api.js";

const PAUSE = 120; // ms without a move until the photos in view are fetched
const POLL = 1000; // ms until they are fetched again while the library is read
const EARTH = 40075016.7; // metres around it
const WIDEST = 500000; // metres, at the right end of the slider
const NARROWEST = 100; // metres, at its left end
const UNITS = { m: 1, km: 1000, mi: 1609.344 };

export class PhotoMap {
  /** Draws a map in `container`. The inputs of `form` for latitude, longitude and radius have the value. */
  constructor(container, form) {
    this.form = form;
    this.inputs = Object.fromEntries(["lat", "lon", "radius"].map((word) => [word, form.querySelector(`[data-option=${word}]`)]));
    this.places = JSON.parse(container.dataset.map); // those that the rules file names
    this.areas = [];
    this.view = { x: 0.5, y: 0.35, scale: 300 }; // the centre, from 0 to 1 across the world, and the world's width in pixels
    this.build(container);
    this.isPlaced = this.circles.length > 0; // whether it shows a part of the world that somebody means
    if (this.isPlaced) this.showCircles();
    form.addEventListener("input", (event) => this.handleInput(event.target), { capture: true }); // before the row's value is made of it
    new ResizeObserver(() => this.scheduleDraw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.scheduleDraw());
    this.fetchAreas();
  }

  build(container) {
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", "Map of your photos. Arrows move it, plus and minus zoom, Enter sets the centre. The fields below do the same.");
    this.zooms = document.createElement("div");
    this.zooms.className = "zooms";
    for (const [sign, label, factor] of [["+", "Closer", 1.6], ["−", "Further away", 1 / 1.6]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "quiet small", textContent: sign });
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => this.zoom(factor));
      this.zooms.append(button);
    }
    this.status = document.createElement("p");
    this.status.className = "faint";
    this.status.setAttribute("role", "status");
    const label = document.createElement("label");
    label.className = "radius";
    this.slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, step: 1, value: 35 });
    const words = Object.assign(document.createElement("span"), { textContent: "How far around" });
    label.append(words, this.slider);
    this.slider.addEventListener("input", (event) => { event.stopPropagation(); this.setInputs({ radius: formatMetres(NARROWEST * (WIDEST / NARROWEST) ** (this.slider.value / 100)) }); });
    container.append(this.canvas, this.zooms, this.status, label);
    this.listen();
  }

  listen() {
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, y: event.clientY, view: { ...this.view }, moved: false };
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      from.moved ||= Math.hypot(dx, dy) > 4;
      if (from.moved) this.setView({ x: from.view.x - dx / this.view.scale, y: from.view.y - dy / this.view.scale });
    });
    this.canvas.addEventListener("pointerup", (event) => {
      if (from && !from.moved) this.choose(this.pointAt(event.offsetX, event.offsetY));
      from = null;
    });
    this.canvas.addEventListener("pointercancel", () => { from = null; });
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.25 : 0.8, event.offsetX, event.offsetY);
    }, { passive: false });
    this.canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (steps[event.key]) this.setView({ x: this.view.x + steps[event.key][0] * 40 / this.view.scale, y: this.view.y + steps[event.key][1] * 40 / this.view.scale });
      else if (event.key === "+" || event.key === "=") this.zoom(1.6);
      else if (event.key === "-") this.zoom(1 / 1.6);
      else if (event.key === "Enter" || event.key === " ") this.choose(degrees(this.view));
      else return;
      event.preventDefault();
    });
  }

  /** Keeps to one of the two: a point of its own, or places that have a name. */
  handleInput(field) {
    const isInput = Object.values(this.inputs).includes(field);
    if (isInput && this.circle) for (const tick of this.ticked) tick.checked = false;
    else if (field.checked && this.places[field.value]) for (const input of Object.values(this.inputs)) input.value = "";
    else if (!isInput && !(field.value in this.places)) return;
    this.followForm();
  }

  get ticked() {
    return [...this.form.querySelectorAll("[data-list] :checked")];
  }

  /** All circles that the form has. */
  get circles() {
    const named = this.ticked.map((tick) => this.places[tick.value]).filter(Boolean);
    return [this.circle, ...named.map(({ latitude, longitude, radius }) => ({ lat: latitude, lon: longitude, radius }))].filter(Boolean);
  }

  /** The circle of the inputs. Null as long as they have none. */
  get circle() {
    const [lat, lon, radius] = [number(this.inputs.lat.value), number(this.inputs.lon.value), metres(this.inputs.radius.value)];
    return lat === null || lon === null || radius === null || Math.abs(lat) > 85 || Math.abs(lon) > 180 ? null : { lat, lon, radius };
  }

  choose({ lat, lon }) {
    const radius = this.inputs.radius.value.trim() || formatMetres(clamp(this.width / 12, NARROWEST, WIDEST / 2));
    this.setInputs({ lat: lat.toFixed(5), lon: lon.toFixed(5), radius });
  }

  setInputs(texts) {
    for (const [word, text] of Object.entries(texts)) this.inputs[word].value = text;
    this.inputs.radius.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Shows what the form has now. */
  followForm() {
    const isOutside = ({ x, y }) => x < 0 || y < 0 || x > this.canvas.clientWidth || y > this.canvas.clientHeight;
    if (this.circles.some((circle) => isOutside(this.pixels(circle)))) this.showCircles();
    this.setSlider();
    this.setView({});
  }

  setSlider() {
    if (this.circle) this.slider.value = Math.round((Math.log(this.circle.radius / NARROWEST) / Math.log(WIDEST / NARROWEST)) * 100);
  }

  /** Moves the view to the circles and what is around them. */
  showCircles() {
    this.setSlider();
    const bounds = this.circles.map(({ lat, lon, radius }) => {
      const north = (2 * radius * 360) / EARTH, east = north / Math.cos((lat * Math.PI) / 180);
      return [lat - north, lon - east, lat + north, lon + east];
    });
    const [south, west, north, east] = [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...bounds.map((box) => box[side])));
    this.showBox({ south, west, north, east });
  }

  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const scale = clamp(this.view.scale * factor, 150, 4e7);
    const by = 1 / this.view.scale - 1 / scale; // so that what is under the pointer stays there
    this.setView({ x: this.view.x + (x - this.canvas.clientWidth / 2) * by, y: this.view.y + (y - this.canvas.clientHeight / 2) * by, scale });
  }

  setView(view) {
    Object.assign(this.view, view);
    this.view.x = clamp(this.view.x, 0, 1);
    this.view.y = clamp(this.view.y, 0, 1);
    this.view.scale = clamp(this.view.scale, 150, 4e7);
    this.scheduleDraw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetchAreas(), PAUSE);
  }

  /** Fetches the photos in view, in areas, and how many are in the circle. */
  async fetchAreas() {
    if (!this.canvas.isConnected) return;
    this.request?.abort();
    this.request = new AbortController();
    const { circles } = this;
    const texts = { ...(this.isPlaced ? this.box : {}), ...(circles.length === 1 ? circles[0] : {}) };
    try {
      const response = await getJson(`points?${new URLSearchParams(texts)}`, { signal: this.request.signal });
      this.areas = response.areas;
      if (response.reading && !response.areas.length) {
        this.status.textContent = `Reading where your photos were taken: ${response.read.toLocaleString()} so far…`;
        this.timer = setTimeout(() => this.fetchAreas(), POLL);
      } else if (response.near !== null && response.near !== undefined) {
        this.status.textContent = `${response.near.toLocaleString()} ${response.near === 1 ? "photo" : "photos"} within ${formatMetres(circles[0].radius)}`;
      } else if (circles.length) {
        this.status.textContent = `${circles.length} places`;
      } else {
        const words = response.photos === null ? "Your library could not be read, so the map is empty; the fields work all the same." : "No photo has coordinates.";
        this.status.textContent = response.photos ? "Click where the centre shall be." : words;
      }
      if (!this.isPlaced && response.bounds) this.showBox(response.bounds);
      this.scheduleDraw();
    } catch { /* the view has moved on, or the studio is gone */ }
  }

  showBox({ south, west, north, east }) {
    this.isPlaced = true;
    const [from, to] = [world({ lat: north, lon: west }), world({ lat: south, lon: east })];
    const scale = Math.min(this.canvas.clientWidth / Math.max(to.x - from.x, 1e-4), this.canvas.clientHeight / Math.max(to.y - from.y, 1e-4)) * 0.85;
    this.setView({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, scale });
  }

  /** Metres from the left side to the right. */
  get width() {
    return (this.canvas.clientWidth / this.view.scale) * EARTH * Math.cos((degrees(this.view).lat * Math.PI) / 180);
  }

  get box() {
    const from = this.pointAt(0, 0), to = this.pointAt(this.canvas.clientWidth, this.canvas.clientHeight);
    return { south: to.lat, west: from.lon, north: from.lat, east: to.lon };
  }

  pointAt(x, y) {
    return degrees({ x: this.view.x + (x - this.canvas.clientWidth / 2) / this.view.scale, y: this.view.y + (y - this.canvas.clientHeight / 2) / this.view.scale });
  }

  pixels(point) {
    const { x, y } = world(point);
    return { x: (x - this.view.x) * this.view.scale + this.canvas.clientWidth / 2, y: (y - this.view.y) * this.view.scale + this.canvas.clientHeight / 2 };
  }

  scheduleDraw() {
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  draw() {
    const { canvas } = this;
    const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
    if (!width) return;
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    const colours = getComputedStyle(document.documentElement);
    const [ink, faint, accent, paper] = ["--ink", "--faint", "--accent", "--paper"].map((name) => colours.getPropertyValue(name).trim());
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = pen.strokeStyle = accent;
    for (const [lat, lon, count] of this.areas) {
      pen.globalAlpha = 0.55;
      drawDisc(pen, this.pixels({ lat, lon }), clamp(2.5 + Math.log2(count), 3, 13));
    }
    for (const circle of this.circles) {
      pen.fillStyle = accent;
      const centre = this.pixels(circle);
      const radius = (circle.radius / (EARTH * Math.cos((circle.lat * Math.PI) / 180))) * this.view.scale;
      pen.globalAlpha = 0.14;
      drawDisc(pen, centre, radius);
      pen.globalAlpha = 1;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(centre.x, centre.y, Math.max(radius, 1), 0, 7);
      pen.stroke();
      pen.fillStyle = ink;
      drawDisc(pen, centre, 3.5);
    }
    pen.globalAlpha = 1;
    this.drawNames(pen, ink, paper);
    if (document.activeElement === canvas) {
      pen.strokeStyle = faint;
      pen.lineWidth = 1;
      pen.strokeRect(width / 2 - 6, height / 2 - 0.5, 12, 1);
      pen.strokeRect(width / 2 - 0.5, height / 2 - 6, 1, 12);
    }
  }

  /** Writes the names of the areas with most photos, where there is room. */
  drawNames(pen, ink, paper) {
    pen.font = "12px system-ui, sans-serif";
    pen.lineWidth = 3;
    pen.strokeStyle = paper;
    pen.fillStyle = ink;
    const taken = [], named = new Set();
    for (const [lat, lon, count, name] of this.areas) {
      if (taken.length > 14) break;
      if (!name || named.has(name)) continue;
      const { x, y } = this.pixels({ lat, lon });
      const box = { x: x + clamp(2.5 + Math.log2(count), 3, 13) + 3, y: y - 8, width: pen.measureText(name).width, height: 16 };
      const isFree = box.x > 0 && box.x + box.width < this.canvas.clientWidth && box.y > 0 && box.y + 16 < this.canvas.clientHeight
        && taken.every((other) => box.x > other.x + other.width + 4 || other.x > box.x + box.width + 4 || box.y > other.y + 16 || other.y > box.y + 16);
      if (!isFree) continue;
      taken.push(box);
      named.add(name);
      pen.strokeText(name, box.x, y + 4);
      pen.fillText(name, box.x, y + 4);
    }
  }
}

const clamp = (value, least, most) => Math.max(least, Math.min(most, value));

/** Returns where a point is in the world, from 0 to 1: the Mercator projection of all web maps. */
function world({ lat, lon }) {
  return { x: (lon + 180) / 360, y: (1 - Math.asinh(Math.tan((clamp(lat, -85, 85) * Math.PI) / 180)) / Math.PI) / 2 };
}

/** Returns the point at a place in the world; the reverse of `world`. */
function degrees({ x, y }) {
  return { lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, lon: clamp(x * 360 - 180, -180, 180) };
}

function drawDisc(pen, { x, y }, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}

/** Returns the number that a text is. Null for what is none. */
function number(text) {
  return /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

/** Returns the metres of a distance such as `2km`. Null for what is none. */
function metres(text) {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*(km|mi|m)\s*$/i.exec(text);
  return parts ? Number(parts[1]) * UNITS[parts[2].toLowerCase()] : null;
}

/** Returns a distance as people write it, with two figures. */
function formatMetres(distance) {
  const rounded = Number(distance.toPrecision(2));
  return rounded >= 1000 ? `${rounded / 1000}km` : `${Math.max(1, Math.round(rounded))}m`;
}
