// Which part of the map is in view: its centre, and how many pixels a unit of the map takes, alike in x and y.

import { clamp } from "../parts/numbers.js";

/** @import { Bounds, Place } from "./contract.js" */
/** @typedef {{ x: number, y: number, unit: number, width: number, height: number }} Looks a camera at one moment */

const FIT_SHARE = 0.92;
const LEAST_ZOOM = 0.2; // of the whole
const GREATEST_ZOOM = 1e5; // beyond, float32 coordinates fall apart

export class Camera {
  x = 0;
  y = 0;
  unit = 1; // pixels
  whole = 1; // pixels a unit takes where all points are in view
  width = 1;
  height = 1;
  fitted = true;
  /** @type {Bounds | null} */
  waiting = null; // what is to be in view once the size of the stage is known

  /** @param {Bounds} bounds of all points */
  constructor(bounds) {
    this.bounds = bounds;
    this.resize(1, 1);
  }

  /**
   * @param {number} width pixels
   * @param {number} height pixels
   */
  resize(width, height) {
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
    const [x0, x1, y0, y1] = this.bounds;
    const wide = (this.width * FIT_SHARE) / (x1 - x0);
    const high = (this.height * FIT_SHARE) / (y1 - y0);
    const whole = Math.min(wide, high);
    this.whole = Number.isFinite(whole) ? whole : Math.min(this.width, this.height) / 2; // all points in one place
    if (this.fitted) this.fit();
    else if (this.waiting) this.show(this.waiting);
  }

  fit() {
    const [x0, x1, y0, y1] = this.bounds;
    this.look((x0 + x1) / 2, (y0 + y1) / 2, this.whole);
    this.fitted = true;
  }

  /**
   * All of the window, and more where its shape is another than the map's.
   *
   * @param {Bounds} window
   */
  show(window) {
    const [x0, x1, y0, y1] = window;
    const unit = Math.min(this.width / (x1 - x0), this.height / (y1 - y0));
    this.look((x0 + x1) / 2, (y0 + y1) / 2, this.bound(unit));
    this.waiting = window;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} unit
   */
  look(x, y, unit) {
    this.x = x;
    this.y = y;
    this.unit = unit;
    this.fitted = false;
    this.waiting = null;
  }

  /** @param {number} unit */
  bound(unit) {
    return clamp(unit, this.whole * LEAST_ZOOM, this.whole * GREATEST_ZOOM);
  }

  /**
   * @param {Place} place what stays where it is
   * @param {number} factor
   */
  zoomAt(place, factor) {
    const [x, y] = this.toMap(place);
    const unit = this.bound(this.unit * factor);
    this.look(x - (place.x - this.width / 2) / unit, y + (place.y - this.height / 2) / unit, unit);
  }

  /**
   * @param {number} right pixels
   * @param {number} down pixels
   */
  pan(right, down) {
    this.look(this.x - right / this.unit, this.y + down / this.unit, this.unit);
  }

  /**
   * Pixels from the upper left corner of the stage.
   *
   * @param {number} x
   * @param {number} y
   * @returns {Place}
   */
  toStage(x, y) {
    return { x: this.width / 2 + (x - this.x) * this.unit, y: this.height / 2 - (y - this.y) * this.unit };
  }

  /**
   * The point of the map at a place of the stage.
   *
   * @param {Place} place
   * @returns {[number, number]}
   */
  toMap(place) {
    return [this.x + (place.x - this.width / 2) / this.unit, this.y - (place.y - this.height / 2) / this.unit];
  }

  /** @returns {Bounds} what is in view */
  get window() {
    return windowOf(this);
  }

  /**
   * The way from where another camera looks; of the sizes in proportion, so that it looks even.
   *
   * @param {Looks} other
   * @param {number} share 0: as the other, 1: as this one
   * @returns {Looks}
   */
  between(other, share) {
    const mix = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
    const unit = other.unit * (this.unit / other.unit) ** share;
    return { x: mix(other.x, this.x), y: mix(other.y, this.y), unit, width: this.width, height: this.height };
  }
}

/**
 * The part of the map that a camera looks at.
 *
 * @param {Looks} looks
 * @returns {Bounds}
 */
export function windowOf({ x, y, unit, width, height }) {
  const [right, up] = [width / 2 / unit, height / 2 / unit];
  return [x - right, x + right, y - up, y + up];
}
