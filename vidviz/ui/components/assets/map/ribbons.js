// A path through the map as stretches that follow each other in time, each wider and stronger than the one before.

/** @import { Path } from "./contract.js" */

const STRETCHES = 8;

/** @param {Path} path */
export function stretchesOf(path) {
  const steps = path.rows.length - 1;
  const number = Math.min(STRETCHES, steps);
  return Array.from({ length: Math.max(number, 0) }, (_, i) => {
    const [first, last] = [Math.floor((i * steps) / number), Math.floor(((i + 1) * steps) / number)];
    const share = number > 1 ? i / (number - 1) : 1;
    return { rows: path.rows.slice(first, last + 1), width: 1.5 + 3.5 * share, opacity: 0.35 + 0.6 * share };
  });
}
