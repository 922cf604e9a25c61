// A grid of thousands of photos, with only those in the page that are near the screen.

const SIZE = 148; // pixels that a photo is wide, about
const SIZE_IN_WIDE_GRID = 190;
const WIDE = 1100; // pixels from which a grid is wide
const GAP = 4;
const MARGIN = 600; // pixels above and below the screen for which there are photos
const PAGE = 240; // photos in one response
const RETRY = 1500; // ms until a page that could not be fetched is asked for again

export class Grid {
  /**
   * Shows photos in `container`. `fetchPage(from)` returns {total, photos}, `open(photo)` is called for a photo that is
   * chosen, and `empty()` returns what to say where there is none.
   */
  constructor(container, { fetchPage, open, empty }) {
    this.container = container;
    this.fetchPage = fetchPage;
    this.open = open;
    this.empty = empty;
    this.cells = new Map(); // by the photo's index
    this.reset(0, 0);
    new ResizeObserver(() => this.draw()).observe(container);
    addEventListener("scroll", () => this.scheduleDraw(), { passive: true });
    container.addEventListener("click", (event) => {
      const cell = event.target.closest(".cell");
      if (cell) this.choose(Number(cell.dataset.index));
    });
    container.addEventListener("keydown", (event) => this.handleKey(event));
  }

  /** Shows another list of so many photos. */
  reset(total, generation) {
    this.total = total;
    this.generation = generation;
    this.photos = [];
    this.requested = new Set();
    this.current = 0; // index of the photo that the keyboard is at
    for (const cell of this.cells.values()) cell.remove();
    this.cells.clear();
    this.container.replaceChildren();
    this.container.classList.remove("older");
    if (!total && generation) {
      const words = document.createElement("p");
      words.className = "nothing";
      words.textContent = this.empty();
      this.container.append(words);
      this.container.style.height = "";
      return;
    }
    this.draw();
  }

  scheduleDraw() {
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  layout() {
    const width = this.container.clientWidth || 1;
    const columns = Math.max(3, Math.round((width + GAP) / ((width > WIDE ? SIZE_IN_WIDE_GRID : SIZE) + GAP)));
    return { columns, size: (width - GAP * (columns - 1)) / columns };
  }

  draw() {
    if (!this.total) return;
    const { columns, size } = this.layout();
    const rows = Math.ceil(this.total / columns);
    this.container.style.height = `${rows * (size + GAP)}px`;
    const top = -this.container.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor((top - MARGIN) / (size + GAP)) * columns);
    const last = Math.min(this.total, Math.ceil((top + innerHeight + MARGIN) / (size + GAP)) * columns);
    for (const [index, cell] of this.cells) {
      if ((index < first || index >= last) && cell !== document.activeElement) { cell.remove(); this.cells.delete(index); }
    }
    for (let index = first; index < last; index++) {
      const photo = this.photos[index];
      if (!photo) { this.fetchAround(index); continue; }
      const cell = this.cells.get(index) || this.addCell(index, photo);
      cell.style.width = cell.style.height = `${size}px`;
      cell.style.transform = `translate(${(index % columns) * (size + GAP)}px, ${Math.floor(index / columns) * (size + GAP)}px)`;
    }
  }

  addCell(index, [id, time, name, type]) {
    const cell = document.createElement("button");
    cell.type = "button";
    cell.className = "cell";
    cell.dataset.index = index;
    cell.dataset.id = id;
    cell.tabIndex = index === this.current ? 0 : -1;
    cell.setAttribute("aria-label", `${type === "VIDEO" ? "Video" : "Photo"} ${index + 1} of ${this.total}, ${name}, ${time.replace("T", " ")}`);
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
    this.container.append(cell);
    return cell;
  }

  /** Fetches the page of photos that an index is on, once. */
  async fetchAround(index) {
    const from = Math.floor(index / PAGE) * PAGE;
    if (this.requested.has(from)) return;
    this.requested.add(from);
    const generation = this.generation;
    const page = await this.fetchPage(from).catch(() => null);
    if (generation !== this.generation) return;
    if (!page) { setTimeout(() => { this.requested.delete(from); this.scheduleDraw(); }, RETRY); return; }
    page.photos.forEach((photo, offset) => { this.photos[from + offset] = photo; });
    this.draw();
  }

  choose(index) {
    this.moveTo(index);
    if (this.photos[index]) this.open(this.photos[index]);
  }

  moveTo(index) {
    this.current = Math.max(0, Math.min(this.total - 1, index));
    for (const [other, cell] of this.cells) cell.tabIndex = other === this.current ? 0 : -1;
    const { columns, size } = this.layout();
    const y = this.container.getBoundingClientRect().top + Math.floor(this.current / columns) * (size + GAP);
    if (y < 90) scrollBy(0, y - 90);
    else if (y + size > innerHeight) scrollBy(0, y + size - innerHeight + 8);
    this.draw();
    this.focus();
  }

  focus() {
    this.cells.get(this.current)?.focus({ preventScroll: true });
  }

  handleKey(event) {
    const { columns } = this.layout();
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: columns * 4, PageUp: -columns * 4 };
    const target = event.key in steps ? this.current + steps[event.key] : { Home: 0, End: this.total - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.moveTo(target);
  }
}
