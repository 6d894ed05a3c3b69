// Finds the point nearest to a place among a million: rows sorted by the cell of an even grid.

import { clamp } from "../parts/numbers.js";

/** @import { Bounds } from "./contract.js" */

const POINTS_A_CELL = 2;
const MOST_CELLS_A_SIDE = 1024;

export class PointGrid {
  /**
   * A counting sort: 4 bytes a point and 4 a cell.
   *
   * @param {Float32Array} places x and y of each row
   * @param {Bounds} bounds
   */
  constructor(places, [x0, x1, y0, y1]) {
    const count = places.length / 2;
    this.places = places;
    this.side = clamp(Math.ceil(Math.sqrt(count / POINTS_A_CELL)), 1, MOST_CELLS_A_SIDE);
    this.x0 = x0;
    this.y0 = y0;
    this.width = x1 - x0 || 1;
    this.height = y1 - y0 || 1;
    this.starts = new Uint32Array(this.side * this.side + 1);
    for (let row = 0; row < count; row++) this.starts[this.cellAt(places[2 * row], places[2 * row + 1]) + 1] += 1;
    for (let cell = 0; cell < this.side * this.side; cell++) this.starts[cell + 1] += this.starts[cell];
    this.rows = new Uint32Array(count);
    for (let row = count - 1; row >= 0; row--) {
      const cell = this.cellAt(places[2 * row], places[2 * row + 1]);
      this.rows[--this.starts[cell + 1]] = row;
    }
    this.starts.copyWithin(0, 1); // the way down has left each cell's start one place further
    this.starts[this.side * this.side] = count;
  }

  /** @param {number} x */
  column(x) {
    return clamp(Math.floor(((x - this.x0) / this.width) * this.side), 0, this.side - 1);
  }

  /** @param {number} y */
  line(y) {
    return clamp(Math.floor(((y - this.y0) / this.height) * this.side), 0, this.side - 1);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  cellAt(x, y) {
    return this.line(y) * this.side + this.column(x);
  }

  /**
   * The nearest accepted row within reach, or -1; of equally near ones the last, which lies on top.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @param {(row: number) => boolean} accepts
   */
  nearest(x, y, reach, accepts) {
    let best = -1;
    let least = reach * reach;
    const [left, right] = [this.column(x - reach), this.column(x + reach)];
    for (let line = this.line(y - reach); line <= this.line(y + reach); line++) {
      const [first, end] = [this.starts[line * this.side + left], this.starts[line * this.side + right + 1]];
      for (let at = first; at < end; at++) {
        const row = this.rows[at];
        const way = (this.places[2 * row] - x) ** 2 + (this.places[2 * row + 1] - y) ** 2;
        if ((way < least || (way === least && row > best)) && accepts(row)) {
          least = way;
          best = row;
        }
      }
    }
    return best;
  }
}
