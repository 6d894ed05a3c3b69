// What the film shows at this moment, as a PNG file.

import { element, offerPicture, penOf } from "../parts/dom.js";

/** @import { FilmView } from "./view.js" */

/** @typedef {{ canvas: HTMLCanvasElement, title: string, width: number, height: number }} Part */

const GAP_PX = 12;
const TITLE_PX = 20;
const CLIP_WIDTH_PX = 256;

/** @param {FilmView} view */
export function saveFilmPicture(view) {
  view.draw(true);
  const rows = view.lanes.map((lane) => [
    measurePart(lane.clipCanvas, lane.data.clip.title, CLIP_WIDTH_PX),
    ...[...lane.layers.values()]
      .filter((layer) => layer.bytes)
      .map((layer) => measurePart(layer.canvas, layer.data.title, layer.canvas.width)),
  ]);
  const { width, height, placed } = layOutPicture(rows);
  const picture = element("canvas");
  Object.assign(picture, { width, height });
  const pen = penOf(picture);
  const style = getComputedStyle(view.box);
  pen.fillStyle = style.getPropertyValue("--vv-page") || "white";
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = style.color;
  pen.font = `13px ${style.fontFamily}`;
  pen.imageSmoothingEnabled = false;
  for (const { part, left, top } of placed) {
    pen.fillText(part.title, left, top + TITLE_PX - 7, part.width);
    pen.drawImage(part.canvas, left, top + TITLE_PX, part.width, part.height);
  }
  offerPicture(picture, "feature-maps.png");
}

/**
 * A row a lane, one below the other; the size of the whole and where each part lies.
 *
 * @template {{ width: number, height: number }} Sized
 * @param {Sized[][]} rows
 */
export function layOutPicture(rows) {
  /** @type {{ part: Sized, left: number, top: number }[]} */
  const placed = [];
  let [width, top] = [0, GAP_PX];
  for (const row of rows) {
    let left = GAP_PX;
    for (const part of row) {
      placed.push({ part, left, top });
      left += part.width + GAP_PX;
    }
    width = Math.max(width, left);
    top += Math.max(...row.map((part) => part.height)) + TITLE_PX + GAP_PX;
  }
  return { width, height: top, placed };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} title
 * @param {number} width
 * @returns {Part}
 */
function measurePart(canvas, title, width) {
  return { canvas, title, width, height: Math.round((width * canvas.height) / canvas.width) };
}
