// Energy over time: a filmstrip of the clip, one line a layer below it, and peaks that seek the film.

import { element, penOf } from "../parts/dom.js";
import { clamp, digits } from "../parts/numbers.js";

/** @import { LaneData, LayerData } from "./contract.js" */
/** @import { FilmView } from "./view.js" */
/** @typedef {{ layer: LayerData, colour: string, lane: LaneData, dashed: boolean }} Series one line */

const STRIP_PX = 44;
const LINES_PX = 110;

export class FilmEnergy {
  /** @type {Series[]} */
  series = [];

  /** @param {FilmView} view */
  constructor(view) {
    this.view = view;
    this.box = element("div", "vv-energy");
    this.box.hidden = true;
    this.strip = element("canvas", "vv-strip");
    this.strip.setAttribute("role", "img");
    this.strip.setAttribute("aria-label", "Filmstrip of the clip; click to go there");
    this.lines = element("canvas", "vv-lines");
    this.lines.setAttribute("role", "img");
    this.legend = element("div", "vv-energy-legend");
    this.head = element("div", "vv-head");
    const stage = element("div", "vv-energy-stage");
    stage.append(this.strip, this.lines, this.head);
    for (const canvas of [this.strip, this.lines]) {
      canvas.addEventListener("click", (event) => this.seek(event.offsetX / canvas.clientWidth));
    }
    this.box.append(stage, this.legend);
  }

  /**
   * @param {LaneData[]} lanes
   * @param {string[]} colours of the lines, in turn
   */
  update(lanes, colours) {
    this.series = lanes.flatMap((lane, place) =>
      lane.layers
        .filter((layer) => layer.energy.length > 1)
        .map((layer, index) => ({ layer, colour: colours[index % colours.length], lane, dashed: place > 0 })),
    );
    this.box.hidden = this.series.length === 0;
    this.legend.replaceChildren(...this.series.map((one) => this.makeEntry(one, lanes.length > 1)));
    const said = this.series.map(({ layer }) => layer.title).join(", ");
    this.lines.setAttribute("aria-label", `Energy over time of ${said}, each as a share of its largest`);
    this.draw();
  }

  /**
   * A button a line: it names the layer and leads to its peak.
   *
   * @param {Series} series
   * @param {boolean} named whether it names the clip too
   */
  makeEntry({ layer, colour, lane, dashed }, named) {
    const peak = peakOf(layer.energy);
    const share = (peak + 0.5) / layer.energy.length;
    const button = element("button", "vv-peak");
    button.type = "button";
    const dot = element("span", dashed ? "vv-dash" : "vv-dot");
    dot.style.setProperty("--vv-dot", colour);
    const of = named ? `${lane.clip.title}: ` : "";
    const at = (share * lane.clip.seconds).toFixed(2);
    button.append(dot, element("span", "vv-line", `${of}${layer.title} · peak at ${at} s`));
    button.title = `Go to the peak: root mean square ${digits(layer.energy[peak])}`;
    button.addEventListener("click", () => this.seek(share));
    return button;
  }

  /** @param {number} share of the film, 0 to 1 */
  seek(share) {
    this.view.pause();
    this.view.seek(share * this.view.frames - 0.5);
  }

  draw() {
    const width = this.box.hidden ? 0 : this.box.clientWidth;
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    sizeCanvas(this.strip, width, STRIP_PX, ratio);
    sizeCanvas(this.lines, width, LINES_PX, ratio);
    this.drawStrip();
    this.drawLines(ratio);
  }

  drawStrip() {
    const lane = this.view.lanes[0];
    if (!lane?.bitmap) return;
    const pen = penOf(this.strip);
    const { tile_width: width, tile_height: height, frames } = lane.data.clip;
    const tall = this.strip.height;
    const count = clamp(Math.floor(this.strip.width / ((tall * width) / height)), 1, frames);
    const wide = this.strip.width / count;
    for (let i = 0; i < count; i++) {
      const frame = Math.min(frames - 1, Math.floor(((i + 0.5) / count) * frames));
      pen.save();
      pen.beginPath();
      pen.rect(i * wide, 0, wide - 1, tall);
      pen.clip();
      const across = Math.max(wide, (tall * width) / height);
      const high = (across * height) / width;
      lane.drawFrame(pen, frame, [i * wide + (wide - across) / 2, (tall - high) / 2, across, high]);
      pen.restore();
    }
  }

  /** @param {number} ratio device pixels a CSS pixel */
  drawLines(ratio) {
    const pen = penOf(this.lines);
    const { width, height } = this.lines;
    pen.clearRect(0, 0, width, height);
    for (const { layer, colour, dashed } of this.series) {
      const places = placeLine(layer.energy, width, height, 6 * ratio);
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = 2 * ratio;
      pen.setLineDash(dashed ? [5 * ratio, 4 * ratio] : []);
      pen.beginPath();
      for (const place of places) pen.lineTo(...place);
      pen.stroke();
      pen.beginPath();
      pen.arc(...places[peakOf(layer.energy)], 4 * ratio, 0, 7);
      pen.fill();
    }
  }

  /** @param {number} part of the film, 0 to 1 */
  drawHead(part) {
    if (this.box.hidden) return;
    this.head.style.left = `${((part * this.view.frames + 0.5) / this.view.frames) * 100}%`;
  }
}

/**
 * Where the values lie in a box, the largest at its top and zero at its foot.
 *
 * @param {number[]} values
 * @param {number} width
 * @param {number} height
 * @param {number} pad above and below
 */
export function placeLine(values, width, height, pad) {
  const most = Math.max(...values) || 1;
  return values.map((value, i) => {
    /** @type {[number, number]} */
    const place = [((i + 0.5) / values.length) * width, height - pad - (value / most) * (height - 2 * pad)];
    return place;
  });
}

/** @param {number[]} values */
export function peakOf(values) {
  return values.indexOf(Math.max(...values));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width CSS pixels
 * @param {number} height CSS pixels
 * @param {number} ratio
 */
function sizeCanvas(canvas, width, height, ratio) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
}
