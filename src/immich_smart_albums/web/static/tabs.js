// Tabs as the ARIA pattern has them: arrows, Home and End go through them, one at a time is selected.

/** The buttons of the role tab in `list`; `onChoose(tab)` is called for the one that somebody chooses. */
export class Tabs {
  constructor(list, onChoose = () => {}) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    const panels = new Set(this.tabs.map((tab) => tab.getAttribute("aria-controls")));
    this.isPanelShared = panels.size < this.tabs.length; // one panel, whose contents change
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) { this.choose(tab); onChoose(tab); }
    });
    list.addEventListener("keydown", (event) => {
      const visible = this.tabs.filter((tab) => tab.offsetParent), index = visible.indexOf(event.target);
      const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
      if (index < 0 || next === undefined) return;
      event.preventDefault();
      const tab = visible.at(next % visible.length);
      this.choose(tab);
      tab.focus();
      onChoose(tab);
    });
  }

  get chosen() {
    return this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  }

  /** Selects a tab and shows its panel, without calling `onChoose`. */
  choose(tab) {
    for (const other of this.tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      const panel = document.getElementById(other.getAttribute("aria-controls"));
      if (!this.isPanelShared) panel.hidden = other !== tab;
      else if (other === tab) panel.setAttribute("aria-labelledby", tab.id);
    }
  }
}
