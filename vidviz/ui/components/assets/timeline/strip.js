// What a timeline draws along its time: pictures, hits marked beneath, step distances as bars, and the clock.

import { element } from "../parts/dom.js";
import { mediaUrl } from "../parts/media.js";
import { clamp } from "../parts/numbers.js";
import { clock } from "../parts/time.js";
import { spread, ticksOf } from "./layout.js";

const POSTER_LEAST_PX = 62;

/**
 * See `Slot`, `Mark` and `Bar` in timeline.py.
 *
 * @typedef {{ clip_id: number, start_seconds: number, end_seconds: number }} Slot
 * @typedef {Slot & { value: number, text: string }} Mark
 * @typedef {{ seconds: number, value: number, text: string, peak: boolean }} Bar
 */

/**
 * @typedef {object} TimelineData
 * @property {number} duration_seconds
 * @property {Slot[]} slots
 * @property {Mark[]} marks
 * @property {Bar[]} bars
 * @property {number | null} current
 * @property {[number, number] | null} stretch
 * @property {boolean} draws_stretch
 * @property {string} title
 */

export class TimelineStrip {
  /** @type {TimelineData} */
  data = {
    duration_seconds: 0,
    slots: [],
    marks: [],
    bars: [],
    current: null,
    stretch: null,
    draws_stretch: false,
    title: "",
  };
  /** @type {Record<string, string>} */
  drawn = {};
  duration = 0.001;

  constructor() {
    this.film = element("div", "vv-strip");
    this.marks = element("div", "vv-marks");
    this.bars = element("div", "vv-bars");
    this.axis = element("div", "vv-axis");
  }

  /** @param {TimelineData} data */
  update(data) {
    this.data = data;
    this.duration = Math.max(data.duration_seconds, 0.001);
  }

  /** @param {number} width */
  layOut(width) {
    this.drawFilm(width);
    this.once("marks", [this.data.marks, this.data.current], () => this.drawMarks());
    this.once("bars", this.data.bars, () => this.drawBars());
    this.once("axis", width, () => this.drawAxis(width));
  }

  /**
   * What is drawn already stays: a node that is made anew loses the pointer that is over it.
   *
   * @param {string} name
   * @param {unknown} what
   * @param {() => void} draw
   */
  once(name, what, draw) {
    const key = JSON.stringify([what, this.duration]);
    if (this.drawn[name] === key) return;
    this.drawn[name] = key;
    draw();
  }

  /** @param {number} width */
  drawFilm(width) {
    const shown = spread(this.data.slots, Math.max(1, Math.floor(width / POSTER_LEAST_PX)));
    this.once("film", shown, () => this.fillFilm(shown));
  }

  /** @param {Slot[]} shown */
  fillFilm(shown) {
    const slots = this.data.slots;
    const pictures = shown.map((slot, i) => {
      const image = element("img");
      image.alt = "";
      image.draggable = false;
      image.loading = "lazy";
      image.decoding = "async";
      image.src = mediaUrl("poster", slot.clip_id);
      const from = shown.length < slots.length ? (i * this.duration) / shown.length : slot.start_seconds;
      const to = shown.length < slots.length ? ((i + 1) * this.duration) / shown.length : slot.end_seconds;
      this.place(image, from, to);
      return image;
    });
    this.film.replaceChildren(...pictures);
  }

  /**
   * @param {HTMLElement} node
   * @param {number} from seconds
   * @param {number} to seconds
   */
  place(node, from, to) {
    node.style.left = `${(100 * clamp(from, 0, this.duration)) / this.duration}%`;
    node.style.width = `${(100 * (clamp(to, 0, this.duration) - clamp(from, 0, this.duration))) / this.duration}%`;
  }

  drawMarks() {
    this.marks.hidden = !this.data.marks.length;
    const nodes = this.data.marks.map((mark) => {
      const node = element("div", "vv-mark");
      this.place(node, mark.start_seconds, mark.end_seconds);
      node.style.setProperty("--vv-value", String(clamp(mark.value, 0, 1)));
      node.dataset.clip = String(mark.clip_id);
      node.classList.toggle("vv-now", mark.clip_id === this.data.current);
      return node;
    });
    this.marks.replaceChildren(...nodes);
  }

  drawBars() {
    this.bars.hidden = !this.data.bars.length;
    const most = Math.max(...this.data.bars.map((bar) => bar.value), 1e-9);
    const nodes = this.data.bars.map((bar) => {
      const node = element("div", bar.peak ? "vv-step vv-peak" : "vv-step");
      node.style.left = `${(100 * clamp(bar.seconds, 0, this.duration)) / this.duration}%`;
      node.style.height = `${Math.max(2, (100 * bar.value) / most)}%`;
      node.title = bar.text;
      return node;
    });
    this.bars.replaceChildren(...nodes);
  }

  /** @param {number} width */
  drawAxis(width) {
    const ticks = ticksOf(this.duration, width).map((seconds) => {
      const tick = element("span", "vv-tick", clock(seconds));
      tick.style.left = `${(100 * seconds) / this.duration}%`;
      return tick;
    });
    const end = element("span", "vv-tick vv-tick-end", clock(this.duration));
    this.axis.replaceChildren(...ticks, end);
  }

  /** @param {number} seconds */
  nearestBar(seconds) {
    const bars = this.data.bars;
    return bars.length
      ? bars.reduce((a, b) => (Math.abs(b.seconds - seconds) < Math.abs(a.seconds - seconds) ? b : a))
      : null;
  }
}
