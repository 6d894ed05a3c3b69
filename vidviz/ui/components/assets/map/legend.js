// The legend: groups and paths that a click hides or shows and a double click isolates, or a colour bar.

import { isColour } from "../parts/colours.js";
import { element } from "../parts/dom.js";
import { pathPart } from "./points.js";

/** @import { MapPoints, Scale } from "./contract.js" */

/** @typedef {{ part: string, name: string, colour: string, count?: number }} Entry */

export class Legend {
  /** @type {Set<string>} */
  muted = new Set(); // parts that are hidden
  /** @type {Entry[]} */
  entries = [];
  written = ""; // what is on the page

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.node = element("div", "vv-legend");
    this.onChange = onChange;
  }

  /** @param {MapPoints} points */
  draw(points) {
    this.entries = legendEntries(points);
    const written = JSON.stringify([this.entries, points.scale]);
    if (written === this.written) return; // a button that is made anew loses the focus
    this.written = written;
    const items = this.entries.map((entry) => this.makeItem(entry));
    this.node.replaceChildren(...(points.scale ? [colourBar(points.scale)] : []), ...items);
    this.node.hidden = !this.node.childElementCount;
  }

  /** @param {Entry} entry */
  makeItem({ part, name, colour, count }) {
    const item = element("button", "vv-entry");
    item.type = "button";
    item.setAttribute("aria-pressed", String(!this.muted.has(part)));
    item.title = count === undefined ? name : `${name}: ${count} clips`;
    item.style.setProperty("--vv-dot", isColour(colour) ? colour : "currentColor");
    item.appendChild(element("span", "vv-line", name));
    item.addEventListener("click", ({ detail }) => (detail > 1 ? this.isolate(part, detail) : this.toggle(part)));
    return item;
  }

  /** @param {string} part */
  toggle(part) {
    if (!this.muted.delete(part)) this.muted.add(part);
    this.changed();
  }

  /**
   * Alone; all again where it was alone already, or hidden. The first of the two clicks has toggled the entry.
   *
   * @param {string} part
   * @param {number} clicks
   */
  isolate(part, clicks) {
    if (clicks !== 2) return;
    const wasMuted = !this.muted.has(part);
    const others = this.entries.map((entry) => entry.part).filter((other) => other !== part);
    const alone = others.every((other) => this.muted.has(other));
    this.muted.clear();
    if (!wasMuted && !alone) others.forEach((other) => this.muted.add(other));
    this.changed();
  }

  changed() {
    this.node.querySelectorAll(".vv-entry").forEach((item, i) => {
      item.setAttribute("aria-pressed", String(!this.muted.has(this.entries[i].part)));
    });
    this.onChange();
  }

  // The entries of what is shown.
  get shown() {
    return this.entries.filter((entry) => !this.muted.has(entry.part));
  }
}

/**
 * Groups that have points and are not the only one, then paths.
 *
 * @param {Pick<MapPoints, "groups" | "paths">} points
 * @returns {Entry[]}
 */
export function legendEntries({ groups, paths }) {
  const ribbons = paths.map((path) => ({ part: pathPart(path), name: path.name, colour: path.colour }));
  if (!groups) return ribbons;
  const { names, colours, counts } = groups;
  const filled = names
    .map((name, i) => ({ part: name, name, colour: colours[i], count: counts[i] }))
    .filter((entry) => entry.count);
  return filled.length > 1 || ribbons.length ? [...filled, ...ribbons] : [];
}

/** @param {Scale} scale */
function colourBar(scale) {
  const box = element("div", "vv-scale");
  const ramp = element("div", "vv-ramp");
  const colours = scale.stops.map(([, colour]) => colour).filter(isColour);
  ramp.style.setProperty("--vv-stops", colours.join(", "));
  const number = (/** @type {number} */ value) => String(Number(value.toPrecision(3)));
  box.append(
    element("div", "vv-title", scale.title),
    ramp,
    element("div", "vv-quiet", number(scale.low)),
    element("div", "vv-quiet", number(scale.high)),
  );
  return box;
}
