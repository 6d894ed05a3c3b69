// Which places are still free for posters: one a cell at most, and none that overlaps one of a cell beside it.

/** @import { Place, Stage } from "./contract.js" */

export const POSTER_PX = { width: 64, height: 40 };
const POSTER_GAP_PX = 4;
const CELLS_A_LINE = 4096;

export class PosterRoom {
  /** @type {Map<number, Place>} */
  taken = new Map();
  step = { x: POSTER_PX.width + POSTER_GAP_PX, y: POSTER_PX.height + POSTER_GAP_PX };

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
  }

  /**
   * Takes a place for a poster's middle, where that is free and on the stage.
   *
   * @param {Place} place
   */
  take({ x, y }) {
    const { left, top, width, height } = this.stage;
    const [right, down] = [x - left, y - top];
    if (!(right >= 0 && right < width && down >= 0 && down < height)) return false;
    const [column, line] = [Math.floor(right / this.step.x), Math.floor(down / this.step.y)];
    for (let c = column - 1; c <= column + 1; c++) {
      for (let l = line - 1; l <= line + 1; l++) {
        const other = this.taken.get(l * CELLS_A_LINE + c);
        if (other && Math.abs(other.x - x) < this.step.x && Math.abs(other.y - y) < this.step.y) return false;
      }
    }
    this.taken.set(line * CELLS_A_LINE + column, { x, y });
    return true;
  }
}

/**
 * A step near the golden section of the count that shares no factor with it: it visits every row once.
 *
 * @param {number} count
 */
export function strideThrough(count) {
  let step = Math.max(1, Math.floor(count * 0.618));
  while (commonDivisor(step, count) !== 1) step += 1;
  return step;
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function commonDivisor(a, b) {
  return b ? commonDivisor(b, a % b) : a;
}
