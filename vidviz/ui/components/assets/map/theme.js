// The colours of the page as a canvas and Plotly can take them: neither knows color-mix().

import { hexColour } from "../parts/colours.js";
import { element, penOf } from "../parts/dom.js";

/** @import { Theme } from "./contract.js" */

/**
 * The colours of the page as it is now.
 *
 * @param {HTMLElement} root
 * @returns {Theme}
 */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const [text, page] = [read("--st-text-color"), read("--st-background-color")];
  return {
    text,
    page,
    line: read("--st-border-color"),
    accent: read("--st-primary-color"),
    quiet: mixColours(readColour(text), readColour(page), 0.4),
    font: read("--st-font") || "sans-serif",
  };
}

/**
 * Red, green and blue of a colour as CSS writes it; a canvas knows them all.
 *
 * @param {string} text
 */
function readColour(text) {
  const pen = penOf(element("canvas"));
  pen.fillStyle = text;
  return hexColour(String(pen.fillStyle));
}

/**
 * @param {number[]} one red, green, blue
 * @param {number[]} other
 * @param {number} share of the other, 0 to 1
 */
export function mixColours(one, other, share) {
  return `rgb(${one.map((value, i) => Math.round(value * (1 - share) + other[i] * share)).join(",")})`;
}
