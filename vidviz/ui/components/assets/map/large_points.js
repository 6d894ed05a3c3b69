// The points of a large map: nine bytes each, fetched by the name of their content; the rest is asked for row by row.

import { scaleColour } from "../parts/colours.js";
import { mediaUrl } from "../parts/media.js";
import { PointGrid } from "./grid.js";
import { NO_VALUE, Points } from "./points.js";

/** @import { Described, LargeData, MapPoints } from "./contract.js" */

const MOST_ROWS_KEPT = 400;
const FADED_FLAG = 1;
const HIDDEN_FLAG = 2;
const VALUE_STEPS = 255;
const MISSING_VALUE = 255;

/**
 * @typedef {object} Arrays
 * @property {Float32Array<ArrayBuffer>} places
 * @property {Uint8Array<ArrayBuffer>} colour_index
 * @property {Uint8Array | null} faded a bit a point
 * @property {Uint8Array | null} hidden a bit a point
 * @property {Float64Array | null} clip_ids
 */

export class LargePoints extends Points {
  /** @type {PointGrid | null} */
  grid = null;
  /** @type {Map<number, Described>} */
  kept = new Map();

  /**
   * What is named as before is taken over from the points before; only what changed is fetched.
   *
   * @param {LargeData} data
   * @param {MapPoints | null} before
   */
  static async read(data, before) {
    const known = before instanceof LargePoints ? before : null;
    const points = new LargePoints(data, await readArrays(data, known));
    if (known && data.places === known.places) points.grid = known.grid;
    if (known && data.rows === known.rows) points.kept = known.kept;
    return points;
  }

  /**
   * @param {LargeData} data
   * @param {Arrays} arrays
   */
  constructor(data, arrays) {
    super(data);
    this.arrays = arrays;
    this.count = data.count;
    this.bounds = data.bounds;
    this.groups = data.groups;
    this.scale = data.scale;
    this.rows = data.rows;
    this.same_clips = data.same_clips;
    this.places = data.places;
    this.colour_index = data.colour_index;
    this.faded = data.faded;
    this.hidden = data.hidden;
    this.clip_ids = data.clip_ids;
  }

  /** @param {number} row */
  x(row) {
    return this.arrays.places[2 * row];
  }

  /** @param {number} row */
  y(row) {
    return this.arrays.places[2 * row + 1];
  }

  /** @param {number} row */
  isHidden(row) {
    return hasBit(this.arrays.hidden, row);
  }

  /** @param {number} row */
  isFaded(row) {
    return hasBit(this.arrays.faded, row);
  }

  /** @param {number} row */
  partOf(row) {
    const index = this.arrays.colour_index[row];
    if (this.groups) return this.groups.names[index];
    return this.scale && index !== MISSING_VALUE ? this.scale.title : NO_VALUE;
  }

  // The colour of each of the 256 numbers that a point may carry.
  get palette() {
    if (this.groups) return this.groups.colours;
    return Array.from({ length: VALUE_STEPS + 1 }, (_, index) => this.stepColour(index));
  }

  /** @param {number} row */
  colourOf(row) {
    const index = this.arrays.colour_index[row];
    return this.groups ? this.groups.colours[index] : this.stepColour(index);
  }

  /** @param {number} index one of the steps of the colour scale, or the last: no value */
  stepColour(index) {
    if (!this.scale) return "";
    const { low, high } = this.scale;
    return scaleColour(this.scale, index === MISSING_VALUE ? NaN : low + ((high - low) * index) / (VALUE_STEPS - 1));
  }

  /** @param {number} row */
  clipId(row) {
    return this.arrays.clip_ids?.[row] ?? NaN;
  }

  // Both flags of a point in one byte, as the shader reads them.
  flags() {
    const flags = new Uint8Array(this.count);
    const { faded, hidden } = this.arrays;
    if (!faded && !hidden) return flags;
    for (let row = 0; row < this.count; row++) {
      flags[row] = (hasBit(faded, row) ? FADED_FLAG : 0) | (hasBit(hidden, row) ? HIDDEN_FLAG : 0);
    }
    return flags;
  }

  /**
   * The nearest accepted row within reach, or -1.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @param {(row: number) => boolean} accepts
   */
  nearest(x, y, reach, accepts) {
    this.grid ??= new PointGrid(this.arrays.places, this.bounds);
    return this.grid.nearest(x, y, reach, accepts);
  }

  /** @param {number} row */
  async describe(row) {
    const told = this.kept.get(row) || (await this.ask(row));
    this.kept.delete(row); // the last one asked for is the last to go
    this.kept.set(row, told);
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > MOST_ROWS_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return told;
  }

  /**
   * @param {number} row
   * @returns {Promise<Described>}
   */
  async ask(row) {
    const answer = await fetch(mediaUrl("point", this.rows, row));
    if (!answer.ok) throw new Error("The server no longer knows this map; reload the page.");
    return answer.json();
  }
}

/**
 * @param {LargeData} data
 * @param {LargePoints | null} known
 * @returns {Promise<Arrays>}
 */
async function readArrays(data, known) {
  const [places, colour_index, faded, hidden, clip_ids] = await Promise.all([
    known?.places === data.places ? known.arrays.places : fetchArray(data.places, Float32Array),
    known?.colour_index === data.colour_index ? known.arrays.colour_index : fetchArray(data.colour_index, Uint8Array),
    known?.faded === data.faded ? known.arrays.faded : fetchIfNamed(data.faded, Uint8Array),
    known?.hidden === data.hidden ? known.arrays.hidden : fetchIfNamed(data.hidden, Uint8Array),
    known?.clip_ids === data.clip_ids ? known.arrays.clip_ids : fetchIfNamed(data.clip_ids, Float64Array),
  ]);
  return { places, colour_index, faded, hidden, clip_ids };
}

/**
 * Whether the bit of a row is set; the first is the lowest of the first byte.
 *
 * @param {Uint8Array | null} bits
 * @param {number} row
 */
export function hasBit(bits, row) {
  return Boolean(bits && (bits[row >> 3] >> (row & 7)) & 1);
}

/**
 * @template Typed
 * @param {string | null} token
 * @param {new (buffer: ArrayBuffer) => Typed} ArrayType
 */
async function fetchIfNamed(token, ArrayType) {
  return token ? fetchArray(token, ArrayType) : null;
}

/**
 * @template Typed
 * @param {string} token
 * @param {new (buffer: ArrayBuffer) => Typed} ArrayType
 */
async function fetchArray(token, ArrayType) {
  const answer = await fetch(mediaUrl("points", token));
  if (!answer.ok) throw new Error("The points of this map could not be fetched from the server; reload the page.");
  return new ArrayType(await answer.arrayBuffer());
}
