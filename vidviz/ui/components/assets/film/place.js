import { clamp } from "../parts/numbers.js";

/**
 * Where on an element the pointer is, as one of so many columns and rows.
 *
 * @param {Element} node
 * @param {MouseEvent} event
 * @param {number} columns
 * @param {number} rows
 */
export function placeIn(node, event, columns, rows) {
  const box = node.getBoundingClientRect();
  return {
    x: cellAt(event.clientX - box.left, box.width, columns),
    y: cellAt(event.clientY - box.top, box.height, rows),
  };
}

/**
 * @param {number} offset
 * @param {number} size
 * @param {number} count
 */
function cellAt(offset, size, count) {
  return clamp(Math.floor((offset / size) * count), 0, count - 1);
}
