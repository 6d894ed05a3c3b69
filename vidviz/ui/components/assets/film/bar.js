// The film's controls: play, step, scrub, speed, colours and the picture to keep.

import { element, iconButton } from "../parts/dom.js";
import { gradientOf } from "./colour_table.js";
import { saveFilmPicture } from "./picture.js";

/** @import { FilmView } from "./view.js" */

const SPEEDS = [0.25, 0.5, 1, 2, 4];

export class FilmBar {
  /** @param {FilmView} view */
  constructor(view) {
    this.box = element("div", "vv-bar");
    this.playButton = iconButton("play", "Play (space)", () => view.toggle());
    this.scrub = element("input");
    Object.assign(this.scrub, { type: "range", min: "0", step: "1", value: "0" });
    this.scrub.setAttribute("aria-label", "Time step of the film");
    this.scrub.addEventListener("input", () => view.seek(Number(this.scrub.value)));
    this.time = element("span", "vv-time");
    this.speedSelect = chooser("Speed", (value) => (view.speed = Number(value)));
    this.speedSelect.append(...SPEEDS.map((speed) => new Option(`${speed}×`, String(speed))));
    this.speedSelect.value = "1";
    this.mapSelect = chooser("Colours", (value) => view.setColours(value));
    this.scaleBar = element("div", "vv-scale");
    this.scaleBar.setAttribute("aria-hidden", "true");
    this.scaleBar.title = "low to high";
    const picture = element("button", "vv-text-button", "PNG");
    picture.type = "button";
    picture.title = "Save what is shown as a picture (PNG)";
    picture.addEventListener("click", () => saveFilmPicture(view));
    this.box.append(
      this.playButton,
      iconButton("back", "One step back (left arrow)", () => view.step(-1)),
      iconButton("forward", "One step on (right arrow)", () => view.step(1)),
      this.scrub,
      this.time,
      this.speedSelect,
      this.mapSelect,
      this.scaleBar,
      picture,
    );
  }

  /**
   * @param {number} frames
   * @param {string[]} colourMaps the names of those to choose from
   */
  update(frames, colourMaps) {
    this.scrub.max = String(frames - 1);
    const known = Array.from(this.mapSelect.options, (option) => option.value);
    if (String(known) === String(colourMaps)) return;
    this.mapSelect.replaceChildren(...colourMaps.map((name) => new Option(name, name)));
  }

  /**
   * @param {string} name
   * @param {string} digits its colours
   */
  showColours(name, digits) {
    this.mapSelect.value = name;
    this.scaleBar.style.background = gradientOf(digits);
  }
}

/**
 * @param {string} label
 * @param {(value: string) => void} onChange
 */
function chooser(label, onChange) {
  const select = element("select");
  select.setAttribute("aria-label", label);
  select.title = label;
  select.addEventListener("change", () => onChange(select.value));
  return select;
}
