// The map as a file: the page's colour, then one layer over the other, then the legend as words.

import { element, offerPicture, penOf } from "../parts/dom.js";

/** @import { Scale, Theme } from "./contract.js" */
/** @import { Entry } from "./legend.js" */

const LEGEND_PX = 200;
const LINE_PX = 20;
const NAME = "vidviz-map.png";

/**
 * @param {CanvasImageSource[]} layers from the lowest
 * @param {{ width: number, height: number }} size CSS pixels
 * @param {Entry[]} entries
 * @param {Scale | null} scale
 * @param {Theme} theme
 */
export function saveMapPicture(layers, { width, height }, entries, scale, theme) {
  const ratio = window.devicePixelRatio || 1;
  const numbers = scale ? [{ name: `${scale.title}: ${scale.low} to ${scale.high}`, colour: "" }] : [];
  const lines = [...numbers, ...entries];
  const canvas = element("canvas");
  canvas.width = Math.round((width + (lines.length ? LEGEND_PX : 0)) * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = penOf(canvas);
  pen.scale(ratio, ratio);
  pen.fillStyle = theme.page;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of layers) pen.drawImage(layer, 0, 0, width, height);
  pen.font = `12px ${theme.font}`;
  lines.forEach(({ name, colour }, i) => {
    const y = 16 + i * LINE_PX;
    if (colour) drawDot(pen, width + 18, y, colour);
    pen.fillStyle = theme.text;
    pen.fillText(name, width + 32, y + 4, LEGEND_PX - 40);
  });
  offerPicture(canvas, NAME);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 */
function drawDot(pen, x, y, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, 5, 0, 2 * Math.PI);
  pen.fill();
}
