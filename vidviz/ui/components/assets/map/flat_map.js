// What both maps of two dimensions share: the camera, and all that follows from it. Who draws extends it.

import { Camera } from "./camera.js";

/** @import { Bounds, MapPoints, Place } from "./contract.js" */
/** @import { Looks } from "./camera.js" */
/** @import { MapView } from "./view.js" */

const REACH_PX = 14; // so near to the pointer a point is meant

export class FlatMap {
  flat = /** @type {const} */ (true);
  camera = new Camera([0, 1, 0, 1]);
  /** @type {Looks | null} */
  begin = null; // where the camera looked when a glide began

  /** @param {MapView} view */
  constructor(view) {
    this.view = view;
  }

  /** @returns {MapPoints | null} */
  get points() {
    return null;
  }

  /**
   * Another layout is looked at as a whole, or where a link says, and one that glides from where the last was seen.
   *
   * @param {MapPoints} points
   * @param {MapPoints | null} shown
   * @param {boolean} glides
   */
  look(points, shown, glides) {
    if (!shown || shown.view_key !== points.view_key) {
      this.begin = glides ? this.camera : null;
      this.camera = new Camera(points.bounds);
      if (!shown && points.window?.length === 4) this.camera.show(/** @type {Bounds} */ (points.window));
    }
    this.measure();
  }

  /**
   * Where the camera looks once a glide is that far.
   *
   * @param {number} share
   * @returns {Looks}
   */
  looks(share) {
    return this.begin ? this.camera.between(this.begin, share) : this.camera;
  }

  settle() {
    this.begin = null;
  }

  async resize() {
    const { width, height } = this.camera;
    this.measure();
    return this.camera.width !== width || this.camera.height !== height;
  }

  measure() {
    this.camera.resize(this.view.area.clientWidth, this.view.area.clientHeight);
  }

  /** @param {number} row */
  placeOf(row) {
    const { points, camera, view } = this;
    const { x, y } = camera.toStage(points?.x(row) ?? 0, points?.y(row) ?? 0);
    return { x: x + view.area.offsetLeft, y: y + view.area.offsetTop };
  }

  /** @param {Place} place */
  pick(place) {
    const { points, camera } = this;
    if (this.begin || !points) return -1;
    const { muted } = this.view.legend;
    const seen = (/** @type {number} */ row) => !points.isHidden(row) && !(muted.size && muted.has(points.partOf(row)));
    const [x, y] = camera.toMap(place);
    return points.nearest(x, y, REACH_PX / camera.unit, seen);
  }

  /**
   * @param {number} right
   * @param {number} up
   */
  panBy(right, up) {
    this.camera.pan(-right * this.camera.width, up * this.camera.height);
    this.view.onMoved();
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.camera.zoomAt({ x: this.camera.width / 2, y: this.camera.height / 2 }, factor);
    this.view.onMoved();
  }

  fit() {
    this.camera.fit();
    this.view.onMoved();
  }

  /** @param {string} _tool the input's business: it draws on all flat maps alike */
  choose(_tool) {}

  /** @returns {number[]} */
  window() {
    return this.camera.fitted ? [] : this.camera.window;
  }
}
