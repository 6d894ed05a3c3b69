// Energy over time: a filmstrip of the clip, one line a layer below it, and peaks that seek the film.

import { element, penOf } from "../parts/dom.js";
import { clamp, digits } from "../parts/numbers.js";
import { frameAt, placeOf, secondAt, shownAt } from "./clock.js";

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
      canvas.addEventListener("click", (event) => {
        this.seek((event.offsetX / canvas.clientWidth) * this.view.frames - 0.5);
      });
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
   * A button a line: it names the layer, says when it peaks, and leads there.
   *
   * @param {Series} series
   * @param {boolean} named whether it names the clip too
   */
  makeEntry({ layer, colour, lane, dashed }, named) {
    const button = element("button", "vv-peak");
    button.type = "button";
    const dot = element("span", dashed ? "vv-dash" : "vv-dot");
    dot.style.setProperty("--vv-dot", colour);
    const of = named ? `${lane.clip.title}: ` : "";
    button.append(dot, element("span", "vv-line", `${of}${describeEnergy(layer, lane.clip.times)}`));
    const { peak } = layer;
    button.disabled = peak === null;
    if (peak === null) return button;
    button.title = `Go to the peak: root mean square ${digits(layer.energy[peak])}`;
    button.addEventListener("click", () => {
      const { lead } = this.view;
      if (lead) this.seek(frameAt(lead, shownAt(lane.clip, layer.centres[peak])));
    });
    return button;
  }

  /** @param {number} frame of the film */
  seek(frame) {
    this.view.pause();
    this.view.seek(frame);
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
    const { lead } = this.view;
    if (!lane?.bitmap || !lead) return;
    const pen = penOf(this.strip);
    const { tile_width: width, tile_height: height } = lane.data.clip;
    const tall = this.strip.height;
    const count = clamp(Math.floor(this.strip.width / ((tall * width) / height)), 1, lead.frames);
    const wide = this.strip.width / count;
    for (let i = 0; i < count; i++) {
      const frame = frameAt(lane.data.clip, shownAt(lead, ((i + 0.5) / count) * lead.frames - 0.5));
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
    const { lead } = this.view;
    if (!lead) return;
    for (const { layer, colour, dashed, lane } of this.series) {
      const shares = layer.centres.map((centre) => placeOf(lead, shownAt(lane.clip, centre)));
      const places = placeLine(layer.energy, shares, width, height, 6 * ratio);
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = 2 * ratio;
      pen.setLineDash(dashed ? [5 * ratio, 4 * ratio] : []);
      pen.beginPath();
      for (const place of places) pen.lineTo(...place);
      pen.stroke();
      if (layer.peak === null) continue;
      pen.beginPath();
      pen.arc(...places[layer.peak], 4 * ratio, 0, 7);
      pen.fill();
    }
  }

  /** @param {number} moment of the clock */
  drawHead(moment) {
    const { lead } = this.view;
    if (this.box.hidden || !lead) return;
    this.head.style.left = `${placeOf(lead, moment) * 100}%`;
  }
}

/**
 * Where the values lie in a box, the largest at its top and zero at its foot.
 *
 * @param {number[]} values
 * @param {number[]} shares where each lies from left to right, 0 to 1
 * @param {number} width
 * @param {number} height
 * @param {number} pad above and below
 */
export function placeLine(values, shares, width, height, pad) {
  const most = Math.max(...values) || 1;
  return values.map((value, i) => {
    /** @type {[number, number]} */
    const place = [shares[i] * width, height - pad - (value / most) * (height - 2 * pad)];
    return place;
  });
}

/**
 * A layer's line in words: when it peaks, or that it is flat, and what else is to be known of it.
 *
 * @param {{ title: string, centres: number[], peak: number | null, note: string }} layer
 * @param {number[]} times of the clip's frames
 */
export function describeEnergy({ title, centres, peak, note }, times) {
  const when = peak === null ? "flat" : `peak at ${secondAt(times, centres[peak]).toFixed(2)} s`;
  return [title, when, note].filter(Boolean).join(" · ");
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
