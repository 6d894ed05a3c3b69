// The points of a map up to some thousands of clips: all that is known of them comes along with the data.

import { scaleColour } from "../parts/colours.js";
import { fromBase64 } from "../parts/numbers.js";
import { PointGrid } from "./grid.js";
import { NO_VALUE, Points } from "./points.js";

/** @import { Bounds, Described, SmallData } from "./contract.js" */

// Numbers come as base64 of little-endian typed arrays: one point is about 30 bytes instead of a JSON row.
export class SmallPoints extends Points {
  /** @type {PointGrid | null} */
  grid = null;

  /** @param {SmallData} data */
  constructor(data) {
    super(data);
    this.titles = data.titles;
    this.labels = data.labels;
    this.ids = fromBase64(data.ids, Float64Array);
    this.count = this.ids.length;
    this.axes = data.axes.map(floats);
    this.starts = floats(data.starts);
    this.ends = floats(data.ends);
    this.scores = data.scores ? floats(data.scores) : null;
    this.titleOf = fromBase64(data.title_index, Uint32Array);
    this.labelOf = fromBase64(data.label_index, Uint32Array);
    this.selected = flags(data.selected);
    this.dimmed = flags(data.dimmed);
    this.hidden = flags(data.hidden);
    this.scale = data.scale;
    this.values = data.scale ? floats(data.scale.values) : null;
    this.groupOf = data.groups ? fromBase64(data.groups.index, Uint16Array) : null;
    this.groups = data.groups && { ...data.groups, counts: this.countGroups(data.groups.names.length) };
    const [x0, x1] = limits(this.axes[0]);
    const [y0, y1] = limits(this.axes[1]);
    /** @type {Bounds} */
    this.bounds = [x0, x1, y0, y1];
  }

  /** @param {number} groups */
  countGroups(groups) {
    /** @type {number[]} */
    const counts = new Array(groups).fill(0);
    this.groupOf?.forEach((group, row) => (counts[group] += this.isHidden(row) ? 0 : 1));
    return counts;
  }

  /** @param {number} row */
  x(row) {
    return this.axes[0][row];
  }

  /** @param {number} row */
  y(row) {
    return this.axes[1][row];
  }

  /** @param {number} row */
  isHidden(row) {
    return Boolean(this.hidden?.[row]);
  }

  /** @param {number} row */
  isFaded(row) {
    return Boolean(this.dimmed?.[row] || (this.selected && !this.selected[row]));
  }

  /**
   * What the legend calls the points that this one is among.
   *
   * @param {number} row
   */
  partOf(row) {
    if (this.groups && this.groupOf) return this.groups.names[this.groupOf[row]];
    return this.scale && Number.isFinite(this.values?.[row]) ? this.scale.title : NO_VALUE;
  }

  /** @param {number} row */
  colourOf(row) {
    if (this.groups && this.groupOf) return this.groups.colours[this.groupOf[row]];
    return this.scale ? scaleColour(this.scale, this.values?.[row] ?? NaN) : "";
  }

  /** @param {number} row */
  clipId(row) {
    return this.ids[row];
  }

  /**
   * The nearest accepted row within reach, or -1. Two dimensions only.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @param {(row: number) => boolean} accepts
   */
  nearest(x, y, reach, accepts) {
    if (!this.grid) {
      const places = new Float32Array(2 * this.count);
      for (let row = 0; row < this.count; row++) places.set([this.x(row), this.y(row)], 2 * row);
      this.grid = new PointGrid(places, this.bounds);
    }
    return this.grid.nearest(x, y, reach, accepts);
  }

  /**
   * @param {number} row
   * @returns {Promise<Described>}
   */
  async describe(row) {
    return {
      id: this.ids[row],
      title: this.titles[this.titleOf[row]],
      label: this.labels[this.labelOf[row]],
      colour: this.groups ? this.colourOf(row) : null,
      start: this.starts[row],
      end: this.ends[row],
      score: this.scores ? this.scores[row] : null,
      value: this.values ? this.values[row] : null,
    };
  }
}

/** @param {string} text */
function floats(text) {
  return fromBase64(text, Float32Array);
}

/** @param {string | null} text */
function flags(text) {
  return text ? fromBase64(text, Uint8Array) : null;
}

/**
 * The least and the greatest value; 0 and 1 where there is none.
 *
 * @param {Float32Array} values
 */
export function limits(values) {
  if (!values.length) return [0, 1];
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}
