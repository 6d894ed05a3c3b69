// What appears at a point: a ring around it and, beside it, the clip playing.

import { REDUCED_MOTION, element, labelChip } from "../parts/dom.js";
import { mediaUrl } from "../parts/media.js";
import { clamp } from "../parts/numbers.js";
import { timeRange } from "../parts/time.js";

/** @import { Described, MapPoints, Place } from "./contract.js" */

const DWELL_MS = 120;
const CARD_GAP_PX = 18;

const RING_PX = 10; // wider than the point
const LEAST_POINT_PX = 6;

export class HoverCard {
  /** @type {number | undefined} */
  row = undefined;
  dwell = 0;

  /** @param {HTMLElement} box the map's */
  constructor(box) {
    this.box = box;
    this.ring = element("div", "vv-ring");
    this.card = element("div", "vv-hover");
    box.append(this.ring, this.card);
    this.hide();
  }

  /**
   * After a short rest on a point.
   *
   * @param {MapPoints} points
   * @param {number} row
   * @param {Place} place
   */
  rest(points, row, place) {
    if (row === this.row) return;
    this.hide();
    this.row = row;
    this.dwell = setTimeout(async () => {
      const told = await points.describe(row).catch(() => null);
      if (told && this.row === row) this.show(points, told, place);
    }, DWELL_MS);
  }

  /**
   * @param {MapPoints} points
   * @param {Described} told
   * @param {Place} place
   */
  show(points, told, place) {
    const size = Math.max(points.point_px, LEAST_POINT_PX) + RING_PX;
    Object.assign(this.ring.style, {
      left: `${place.x}px`,
      top: `${place.y}px`,
      width: `${size}px`,
      height: `${size}px`,
    });
    this.ring.hidden = false;
    this.card.replaceChildren(hoverPicture(told.id), hoverText(points, told));
    this.card.hidden = false;
    this.put(place);
  }

  /** @param {Place} place */
  put(place) {
    const { left, top } = putBeside(place, sizeOf(this.card), sizeOf(this.box));
    this.card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    clearTimeout(this.dwell);
    this.row = undefined;
    this.ring.hidden = true;
    this.card.hidden = true;
  }
}

/**
 * The poster at once, the strip as soon as it is there.
 *
 * @param {number} clipId
 */
function hoverPicture(clipId) {
  const screen = element("div", "vv-screen");
  const poster = element("img");
  poster.alt = "";
  poster.addEventListener("error", () => poster.classList.add("vv-blank"));
  poster.src = mediaUrl("poster", clipId);
  screen.appendChild(poster);
  if (REDUCED_MOTION.matches) return screen;
  const strip = element("img");
  strip.alt = "";
  strip.addEventListener("load", () => screen.replaceChildren(strip));
  strip.src = mediaUrl("strip", clipId);
  return screen;
}

/**
 * @param {MapPoints} points
 * @param {Described} told
 */
function hoverText(points, told) {
  const body = element("div", "vv-body");
  body.appendChild(element("div", "vv-line vv-title", told.title));
  const line = element("div", "vv-row");
  if (told.label) line.appendChild(labelChip(told.label, told.colour));
  line.appendChild(element("span", "vv-quiet", timeRange(told.start, told.end)));
  body.appendChild(line);
  if (told.score !== null && Number.isFinite(told.score)) {
    body.appendChild(element("div", "vv-quiet", `${points.score_title} ${told.score.toFixed(3)}`));
  }
  if (points.scale && told.value !== null && Number.isFinite(told.value)) {
    body.appendChild(element("div", "vv-quiet", `${points.scale.title} ${Number(told.value.toPrecision(4))}`));
  }
  return body;
}

/** @typedef {{ width: number, height: number }} Size */

/**
 * @param {HTMLElement} node
 * @returns {Size}
 */
function sizeOf(node) {
  return { width: node.offsetWidth, height: node.offsetHeight };
}

/**
 * To the right of a place, or to its left where there is no room; never out of the box.
 *
 * @param {Place} place
 * @param {Size} card
 * @param {Size} box
 */
export function putBeside(place, card, box) {
  const fits = place.x + CARD_GAP_PX + card.width <= box.width;
  const left = fits ? place.x + CARD_GAP_PX : Math.max(0, place.x - CARD_GAP_PX - card.width);
  return { left, top: clamp(place.y - card.height / 2, 0, Math.max(0, box.height - card.height)) };
}
