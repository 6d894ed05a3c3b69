// What lies over the points of a large map: lines, ribbons, the ring of the clip at hand, and the outline being drawn.

import { penOf } from "../parts/dom.js";
import { pathPart } from "./points.js";
import { stretchesOf } from "./ribbons.js";

/** @import { Camera } from "./camera.js" */
/** @import { MapPoints, Path, Place, Theme } from "./contract.js" */

const LINE_PX = 1.4;
const RING_PX = 9; // wider than the point

export class Sketch {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  clear() {
    penOf(this.canvas).reset();
  }

  /**
   * @param {MapPoints} points
   * @param {Camera} camera
   * @param {Set<string>} muted parts that the legend hides
   * @param {Place[] | null} outline
   * @param {Theme} theme
   */
  draw(points, camera, muted, outline, theme) {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = penOf(this.canvas);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, camera.width, camera.height);
    Object.assign(pen, { lineJoin: "round", lineCap: "round" });
    const place = (/** @type {number} */ row) => camera.toStage(points.x(row), points.y(row));
    for (const [from, to] of points.lines) stroke(pen, [place(from), place(to)], theme.quiet, LINE_PX);
    const paths = points.paths.filter((path) => !muted.has(pathPart(path)));
    for (const path of paths) drawRibbon(pen, path, place, theme);
    const row = points.current_row;
    if (row !== null && !points.isHidden(row)) ring(pen, place(row), (points.point_px + RING_PX) / 2, theme.accent, 3);
    if (outline) drawOutline(pen, outline, theme);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Path} path
 * @param {(row: number) => Place} place
 * @param {Theme} theme
 */
function drawRibbon(pen, path, place, theme) {
  if (!path.rows.length) return;
  for (const stretch of stretchesOf(path)) {
    pen.globalAlpha = stretch.opacity;
    stroke(pen, stretch.rows.map(place), path.colour, stretch.width);
  }
  pen.globalAlpha = 1;
  ring(pen, place(path.rows[0]), 5, path.colour, 2);
  const end = place(path.rows[path.rows.length - 1]);
  pen.beginPath();
  pen.arc(end.x, end.y, 5.5, 0, 2 * Math.PI);
  pen.fillStyle = path.colour;
  pen.fill();
  ring(pen, end, 6, theme.page, 1.5);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Place[]} outline
 * @param {Theme} theme
 */
function drawOutline(pen, outline, theme) {
  pen.beginPath();
  for (const { x, y } of outline) pen.lineTo(x, y);
  pen.closePath();
  pen.globalAlpha = 0.08;
  pen.fillStyle = theme.text;
  pen.fill("evenodd");
  pen.globalAlpha = 1;
  pen.strokeStyle = theme.text;
  pen.lineWidth = 1.2;
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Place[]} places
 * @param {string} colour
 * @param {number} width
 */
function stroke(pen, places, colour, width) {
  pen.beginPath();
  for (const { x, y } of places) pen.lineTo(x, y);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Place} place
 * @param {number} radius
 * @param {string} colour
 * @param {number} width
 */
function ring(pen, place, radius, colour, width) {
  pen.beginPath();
  pen.arc(place.x, place.y, radius, 0, 2 * Math.PI);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}
