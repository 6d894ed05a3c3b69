// Posters instead of dots where they fit: chosen so that none lies over another, and chosen anew when the map rests.

import { isColour } from "../parts/colours.js";
import { element } from "../parts/dom.js";
import { mediaUrl } from "../parts/media.js";
import { POSTER_PX, PosterRoom, strideThrough } from "./poster_room.js";

/** @import { MapPoints, Place, Stage } from "./contract.js" */
/** @import { MapView } from "./view.js" */

const MOST_POSTERS = 150;
const CHOOSE_MS = 150;

/** @type {Stage} */
const NOWHERE = { left: 0, top: 0, width: 0, height: 0 };

export class Posters {
  /** @type {Map<number, HTMLImageElement>} */
  shown = new Map(); // row -> picture
  /** @type {MapPoints | null} */
  points = null;
  stage = NOWHERE;
  choosing = 0;

  /** @param {MapView} view */
  constructor(view) {
    this.view = view;
    this.layer = element("div", "vv-posters");
  }

  // The points and who draws them, where posters are asked for.
  get wanted() {
    const { points, drawn, renderer } = this.view;
    return drawn && points?.thumbnails && renderer ? { points, renderer } : null;
  }

  // The posters go along with their points.
  follow() {
    const { wanted } = this;
    if (!wanted) return;
    for (const [row, poster] of this.shown) putPoster(poster, wanted.renderer.placeOf(row), this.stage);
  }

  choose() {
    clearTimeout(this.choosing);
    if (!this.wanted) {
      this.clear();
      return;
    }
    this.place();
    this.choosing = setTimeout(() => this.renew(), CHOOSE_MS);
  }

  // The layer covers exactly what the renderer draws on, so that posters are cut where points are.
  place() {
    this.stage = this.view.board.stage;
    for (const [name, value] of Object.entries(this.stage)) this.layer.style.setProperty(name, `${value}px`);
    if (this.points !== this.view.points) this.clear();
    this.points = this.view.points;
    this.follow();
  }

  renew() {
    const { wanted } = this;
    if (this.view.gone || !wanted || this.points !== wanted.points) return;
    const { points, renderer } = wanted;
    const rows = this.fittingRows(points, (row) => renderer.placeOf(row));
    for (const [row, poster] of this.shown) {
      if (rows.has(row)) continue;
      poster.remove();
      this.shown.delete(row);
    }
    for (const row of rows) {
      if (this.shown.has(row)) continue;
      const poster = makePoster(points.clipId(row), points.colourOf(row));
      putPoster(poster, renderer.placeOf(row), this.stage);
      this.shown.set(row, poster);
      this.layer.appendChild(poster);
    }
  }

  /**
   * Rows in an order that looks random and is always the same; what is shown already comes first and stays.
   *
   * @param {MapPoints} points
   * @param {(row: number) => Place} placeOf
   */
  fittingRows(points, placeOf) {
    const room = new PosterRoom(this.stage);
    const { muted } = this.view.legend;
    /** @type {Set<number>} */
    const rows = new Set();
    const consider = (/** @type {number} */ row) => {
      if (points.isHidden(row) || points.isFaded(row) || (muted.size && muted.has(points.partOf(row)))) return;
      if (room.take(placeOf(row))) rows.add(row);
    };
    for (const row of this.shown.keys()) consider(row);
    const step = strideThrough(points.count);
    for (let i = 0, row = 0; i < points.count && rows.size < MOST_POSTERS; i++, row = (row + step) % points.count) {
      if (!rows.has(row)) consider(row);
    }
    return rows;
  }

  clear() {
    this.shown.clear();
    this.layer.replaceChildren();
  }

  end() {
    clearTimeout(this.choosing);
    this.clear();
  }
}

/**
 * @param {number} clipId
 * @param {string} colour
 */
function makePoster(clipId, colour) {
  const poster = element("img", "vv-poster");
  poster.alt = "";
  poster.decoding = "async";
  poster.addEventListener("error", () => poster.classList.add("vv-blank"));
  poster.addEventListener("load", () => poster.classList.add("vv-there"));
  poster.style.width = `${POSTER_PX.width}px`;
  poster.style.height = `${POSTER_PX.height}px`;
  if (isColour(colour)) poster.style.borderColor = colour;
  poster.src = mediaUrl("poster", clipId);
  return poster;
}

/**
 * @param {HTMLImageElement} poster
 * @param {Place} place
 * @param {Stage} stage
 */
function putPoster(poster, place, stage) {
  const [x, y] = [place.x - stage.left - POSTER_PX.width / 2, place.y - stage.top - POSTER_PX.height / 2];
  poster.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
}
