// Tabs, as keyboards and screen readers know them: arrows, Home and End go through them, one at a time is shown.

/** `list` has buttons of the role tab; `chosen(tab)` is called for the one that somebody chooses. */
export class Tabs {
  constructor(list, chosen = () => {}) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    const panels = new Set(this.tabs.map((tab) => tab.getAttribute("aria-controls")));
    this.shares = panels.size < this.tabs.length; // one panel, whose contents change
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) { this.choose(tab); chosen(tab); }
    });
    list.addEventListener("keydown", (event) => {
      const shown = this.tabs.filter((tab) => tab.offsetParent), index = shown.indexOf(event.target);
      const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
      if (index < 0 || next === undefined) return;
      event.preventDefault();
      const tab = shown.at(next % shown.length);
      this.choose(tab);
      tab.focus();
      chosen(tab);
    });
  }

  get chosen() {
    return this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  }

  /** Show one, with its panel, without a word to anybody. */
  choose(tab) {
    for (const other of this.tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      const panel = document.getElementById(other.getAttribute("aria-controls"));
      if (!this.shares) panel.hidden = other !== tab;
      else if (other === tab) panel.setAttribute("aria-labelledby", tab.id);
    }
  }
}
