// A grid of thousands of photos, of which only those are in the page that are on the screen.

const WANTED = 148; // pixels a photo is wide, about
const WANTED_WIDE = 190; // the same where there is room
const WIDE = 1100;
const GAP = 4;
const AHEAD = 600; // pixels above and below the screen
const PAGE = 240;

export class Grid {
  /** `fetchPage(from)` gives {total, photos}; `open(photo, place)` is called for the photo that is chosen. */
  constructor(place, { fetchPage, open, empty }) {
    this.place = place;
    this.fetchPage = fetchPage;
    this.open = open;
    this.empty = empty;
    this.cells = new Map();
    this.reset(0, 0);
    new ResizeObserver(() => this.draw()).observe(place);
    addEventListener("scroll", () => this.later(), { passive: true });
    place.addEventListener("click", (event) => {
      const cell = event.target.closest(".cell");
      if (cell) this.choose(Number(cell.dataset.index));
    });
    place.addEventListener("keydown", (event) => this.key(event));
  }

  /** Show another list of so many photos. */
  reset(total, generation) {
    this.total = total;
    this.generation = generation;
    this.photos = [];
    this.requested = new Set();
    this.index = 0;
    for (const cell of this.cells.values()) cell.remove();
    this.cells.clear();
    this.place.replaceChildren();
    this.place.classList.remove("older");
    if (!total && generation) {
      const words = document.createElement("p");
      words.className = "nothing";
      words.textContent = this.empty();
      this.place.append(words);
      this.place.style.height = "";
      return;
    }
    this.draw();
  }

  later() {
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  layout() {
    const width = this.place.clientWidth || 1;
    const columns = Math.max(3, Math.round((width + GAP) / ((width > WIDE ? WANTED_WIDE : WANTED) + GAP)));
    return { columns, size: (width - GAP * (columns - 1)) / columns };
  }

  draw() {
    if (!this.total) return;
    const { columns, size } = this.layout();
    const rows = Math.ceil(this.total / columns);
    this.place.style.height = `${rows * (size + GAP)}px`;
    const top = -this.place.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor((top - AHEAD) / (size + GAP)) * columns);
    const last = Math.min(this.total, Math.ceil((top + innerHeight + AHEAD) / (size + GAP)) * columns);
    for (const [index, cell] of this.cells) {
      if (index < first || index >= last) { if (cell !== document.activeElement) { cell.remove(); this.cells.delete(index); } }
    }
    for (let index = first; index < last; index++) {
      const photo = this.photos[index];
      if (!photo) { this.want(index); continue; }
      const cell = this.cells.get(index) || this.cell(index, photo);
      cell.style.width = cell.style.height = `${size}px`;
      cell.style.transform = `translate(${(index % columns) * (size + GAP)}px, ${Math.floor(index / columns) * (size + GAP)}px)`;
    }
  }

  cell(index, [id, when, name, type]) {
    const cell = document.createElement("button");
    cell.type = "button";
    cell.className = "cell";
    cell.dataset.index = index;
    cell.dataset.id = id;
    cell.tabIndex = index === this.index ? 0 : -1;
    cell.setAttribute("aria-label", `${type === "VIDEO" ? "Video" : "Photo"} ${index + 1} of ${this.total}, ${name}, ${when.replace("T", " ")}`);
    const image = document.createElement("img");
    image.alt = "";
    image.decoding = "async";
    image.src = `picture/${id}`;
    image.addEventListener("error", () => image.remove(), { once: true });
    cell.append(image);
    if (type === "VIDEO") {
      const sign = document.createElement("span");
      sign.className = "video";
      sign.textContent = "▶";
      sign.setAttribute("aria-hidden", "true");
      cell.append(sign);
    }
    this.cells.set(index, cell);
    this.place.append(cell);
    return cell;
  }

  async want(index) {
    const from = Math.floor(index / PAGE) * PAGE;
    if (this.requested.has(from)) return;
    this.requested.add(from);
    const generation = this.generation;
    const page = await this.fetchPage(from).catch(() => null);
    if (generation !== this.generation) return;
    if (!page) { setTimeout(() => { this.requested.delete(from); this.later(); }, 1500); return; }
    page.photos.forEach((photo, offset) => { this.photos[from + offset] = photo; });
    this.draw();
  }

  choose(index) {
    this.move(index);
    if (this.photos[index]) this.open(this.photos[index], index);
  }

  move(index) {
    this.index = Math.max(0, Math.min(this.total - 1, index));
    for (const [place, cell] of this.cells) cell.tabIndex = place === this.index ? 0 : -1;
    const { columns, size } = this.layout();
    const y = this.place.getBoundingClientRect().top + Math.floor(this.index / columns) * (size + GAP);
    if (y < 90) scrollBy(0, y - 90);
    else if (y + size > innerHeight) scrollBy(0, y + size - innerHeight + 8);
    this.draw();
    this.cells.get(this.index)?.focus({ preventScroll: true });
  }

  key(event) {
    const { columns } = this.layout();
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: columns * 4, PageUp: -columns * 4 };
    if (event.key in steps) { event.preventDefault(); this.move(this.index + steps[event.key]); }
    else if (event.key === "Home") { event.preventDefault(); this.move(0); }
    else if (event.key === "End") { event.preventDefault(); this.move(this.total - 1); }
  }
}
