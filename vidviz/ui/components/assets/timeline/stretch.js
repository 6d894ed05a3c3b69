// The stretch of a timeline's video that is chosen: drawn over the strip, moved by its handles or the arrow keys.

import { element } from "../parts/dom.js";
import { clamp } from "../parts/numbers.js";
import { clock } from "../parts/time.js";

/** @import { TimelineStrip } from "./strip.js" */
/** @typedef {[number, number]} Stretch seconds */
/** @typedef {0 | 1} Side the start or the end */

const NUDGE_SECONDS = 0.1;
const LARGE_NUDGE_SECONDS = 1;
/** @type {Record<string, number>} */
const DIRECTIONS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

export class TimelineStretch {
  /** @type {Stretch | null} */
  chosen = null;

  /**
   * @param {TimelineStrip} strip says where a moment lies
   * @param {() => void} onNudge hears that a key has moved an end
   * @param {(side: Side) => void} onGrab hears which handle was taken
   */
  constructor(strip, onNudge, onGrab) {
    this.strip = strip;
    this.onNudge = onNudge;
    this.node = element("div", "vv-stretch");
    this.handles = /** @type {Side[]} */ ([0, 1]).map((side) => {
      const end = side ? "end" : "start";
      const handle = element("div", `vv-handle vv-handle-${end}`);
      handle.tabIndex = 0;
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-label", `${side ? "End" : "Start"} of the stretch, in seconds`);
      handle.addEventListener("keydown", (event) => this.nudge(event, side));
      handle.addEventListener("pointerdown", () => onGrab(side));
      this.node.appendChild(handle);
      return handle;
    });
  }

  /**
   * @param {number} one seconds
   * @param {number} other seconds, before or after
   */
  choose(one, other) {
    this.chosen = [hundredths(Math.min(one, other)), hundredths(Math.max(one, other))];
    this.draw();
  }

  draw() {
    const { chosen } = this;
    this.node.hidden = !chosen;
    if (!chosen) return;
    this.strip.place(this.node, ...chosen);
    this.handles.forEach((handle, side) => {
      handle.hidden = !this.strip.data.draws_stretch;
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", this.strip.duration.toFixed(1));
      handle.setAttribute("aria-valuenow", chosen[side].toFixed(2));
      handle.setAttribute("aria-valuetext", clock(chosen[side]));
    });
  }

  /** @param {Side} side */
  focusEnd(side) {
    this.handles[side].focus({ preventScroll: true });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Side} side
   */
  nudge(event, side) {
    const sign = DIRECTIONS[event.key];
    if (!sign || !this.chosen) return;
    event.preventDefault();
    event.stopPropagation();
    const low = side ? this.chosen[0] : 0;
    const high = side ? this.strip.duration : this.chosen[1];
    const change = sign * (event.shiftKey ? LARGE_NUDGE_SECONDS : NUDGE_SECONDS);
    this.chosen[side] = hundredths(clamp(this.chosen[side] + change, low, high));
    this.draw();
    this.onNudge();
  }

  get text() {
    if (!this.strip.data.draws_stretch) return "";
    if (!this.chosen) return "Draw over the strip to choose a stretch.";
    if (this.chosen[0] === this.chosen[1]) return `The frame at ${clock(this.chosen[0])}`;
    return `Stretch: ${clock(this.chosen[0])} to ${clock(this.chosen[1])}`;
  }
}

/** @param {number} seconds */
function hundredths(seconds) {
  return Math.round(seconds * 100) / 100;
}
