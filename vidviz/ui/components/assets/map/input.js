// What a person does on the map with the pointer, in the words of MapView. On a flat map all of it is ours; in three
// dimensions Plotly turns the map, and a press that does not move is a click.

import { clamp } from "../parts/numbers.js";
import { boxOf, modeOf, thinPolygon } from "./polygon.js";

/** @import { Bounds, Place } from "./contract.js" */
/** @import { FlatMap } from "./flat_map.js" */
/** @import { MapView } from "./view.js" */

const CLICK_PX = 4; // a press that moves less is a click
const WHEEL_ZOOM = 0.0015;
const MOST_WHEEL_ZOOM = 0.25;
const LINE_PX = 16; // a wheel that counts lines
const LASSO_STEP_PX = 2;

/** @typedef {{ start: Place, last: Place, way: Place[], row: number, moved: boolean }} Held a press, and its way */

export class MapInput {
  /** @type {Held | null} */
  held = null;
  /** @type {Place[] | null} */
  outline = null; // the lasso or box that is being drawn

  /** @param {MapView} view */
  constructor(view) {
    this.view = view;
    const { area } = view;
    area.addEventListener("pointerdown", (event) => this.onDown(event), true);
    area.addEventListener("pointermove", (event) => this.onMove(event), true);
    area.addEventListener("pointerup", (event) => this.onUp(event), true);
    area.addEventListener("pointercancel", () => this.drop());
    area.addEventListener("dblclick", () => this.map && view.clear());
    area.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    // Ctrl and a press on a Mac.
    area.addEventListener("contextmenu", (event) => event.ctrlKey && event.preventDefault());
  }

  // The flat map, where there is one.
  get map() {
    const { renderer } = this.view;
    return renderer?.flat && renderer.points ? renderer : null;
  }

  /**
   * @param {MouseEvent} event
   * @returns {Place}
   */
  placeOf(event) {
    const box = this.view.area.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    const { area, renderer } = this.view;
    if (event.button !== 0 || !renderer) return;
    const place = this.placeOf(event);
    if (this.map) area.setPointerCapture(event.pointerId);
    this.held = { start: place, last: place, way: [place], row: renderer.pick(place), moved: false };
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const place = this.placeOf(event);
    const { held, map } = this;
    if (!held) {
      if (map) this.rest(map, place);
      return;
    }
    held.moved ||= Math.hypot(place.x - held.start.x, place.y - held.start.y) >= CLICK_PX;
    if (!held.moved || !map) return;
    this.view.onLeave();
    this.drag(map, held, place);
    held.last = place;
  }

  /**
   * @param {FlatMap} map
   * @param {Place} place
   */
  rest(map, place) {
    const row = map.pick(place);
    if (row < 0) this.view.onLeave();
    else this.view.onRest(row, map.placeOf(row));
  }

  /**
   * @param {FlatMap} map
   * @param {Held} held
   * @param {Place} place
   */
  drag(map, held, place) {
    const { view } = this;
    if (view.tool === "pan") {
      map.camera.pan(place.x - held.last.x, place.y - held.last.y);
      view.onMoving();
      return;
    }
    const last = held.way[held.way.length - 1];
    if (Math.hypot(place.x - last.x, place.y - last.y) >= LASSO_STEP_PX) held.way.push(place);
    this.outline = this.drawn(held, place);
    view.frames.sketchSoon();
  }

  /**
   * What a press has drawn: the way of a lasso, else the box.
   *
   * @param {Held} held
   * @param {Place} place
   */
  drawn(held, place) {
    return this.view.tool === "lasso" ? held.way : boxOf(held.start, place);
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    const { held, map, view } = this;
    this.drop();
    if (!held) return;
    const place = this.placeOf(event);
    if (!held.moved) {
      if (held.row >= 0 && event.detail < 2) view.onClick(held.row);
    } else if (!map) return;
    else if (view.tool === "pan") view.onMoved();
    else if (view.tool === "zoom") this.zoomTo(map, boxOf(held.start, place));
    else this.select(map, this.drawn(held, place), event);
  }

  drop() {
    this.held = null;
    if (!this.outline) return;
    this.outline = null;
    this.view.frames.sketchSoon();
  }

  /**
   * @param {FlatMap} map
   * @param {Place[]} places
   * @param {PointerEvent} event
   */
  select(map, places, event) {
    this.view.onPolygon(thinPolygon(places.map((place) => map.camera.toMap(place))), modeOf(event));
  }

  /**
   * @param {FlatMap} map
   * @param {Place[]} box
   */
  zoomTo(map, [first, , opposite]) {
    const [[xa, ya], [xb, yb]] = [map.camera.toMap(first), map.camera.toMap(opposite)];
    if (xa === xb || ya === yb) return;
    /** @type {Bounds} */
    const window = [Math.min(xa, xb), Math.max(xa, xb), Math.min(ya, yb), Math.max(ya, yb)];
    map.camera.show(window);
    this.view.onMoved();
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    const { map } = this;
    if (!map) return;
    event.preventDefault();
    map.camera.zoomAt(this.placeOf(event), wheelZoom(event.deltaY * (event.deltaMode === 1 ? LINE_PX : 1)));
    this.view.onMoved();
  }
}

/**
 * By how much a turn of the wheel enlarges.
 *
 * @param {number} pixels towards the person
 */
export function wheelZoom(pixels) {
  return Math.exp(clamp(-pixels * WHEEL_ZOOM, -MOST_WHEEL_ZOOM, MOST_WHEEL_ZOOM));
}
