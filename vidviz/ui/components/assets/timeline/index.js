// A video's time as a strip of its pictures: what the pointer and the keys do on it.

import { element } from "../parts/dom.js";
import { mountView } from "../parts/mount.js";
import { clamp } from "../parts/numbers.js";
import { clock } from "../parts/time.js";
import { TimelineStretch } from "./stretch.js";
import { TimelineStrip } from "./strip.js";

/** @import { Side } from "./stretch.js" */
/** @import { Slot, TimelineData } from "./strip.js" */
/** @typedef {{ from: number, x: number, side: Side | undefined, drawn?: boolean }} Held a press that draws */

const DRAWN_LEAST_PX = 4;
const NUDGES_WAIT_MS = 400;

class TimelineView {
  /** @type {(name: string, value: unknown) => void} */
  send = () => {};
  /** @type {Slot[]} */
  goals = [];
  at = -1; // which of the goals the keys have reached
  /** @type {Held | null} */
  held = null;
  /** @type {Side | undefined} */
  grabbed = undefined;
  waiting = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.strip = new TimelineStrip();
    this.stretch = new TimelineStretch(
      this.strip,
      () => this.tellNudged(),
      (side) => (this.grabbed = side),
    );
    this.box = element("div", "vv-timeline");
    this.track = element("div", "vv-track");
    this.track.tabIndex = 0;
    this.cursor = element("div", "vv-cursor");
    this.cursor.hidden = true;
    this.told = element("div", "vv-told vv-quiet");
    this.told.setAttribute("role", "status");
    this.track.append(this.strip.film, this.strip.bars, this.strip.marks, this.cursor, this.stretch.node);
    this.box.append(this.track, this.strip.axis, this.told);
    root.appendChild(this.box);
    this.track.addEventListener("pointerdown", (event) => this.press(event));
    this.track.addEventListener("pointermove", (event) => this.move(event));
    this.track.addEventListener("pointerup", (event) => this.release(event));
    this.track.addEventListener("pointercancel", () => this.forget());
    this.track.addEventListener("pointerleave", () => this.leave());
    this.track.addEventListener("keydown", (event) => this.onKey(event));
    this.track.addEventListener("blur", () => this.tell(null));
    this.sizes = new ResizeObserver(() => this.layOut());
    this.sizes.observe(this.track);
  }

  get data() {
    return this.strip.data;
  }

  /** @param {TimelineData} data */
  update(data) {
    this.strip.update(data);
    this.at = -1;
    const goals = data.marks.length ? data.marks : data.slots;
    this.goals = [...goals].sort((a, b) => a.start_seconds - b.start_seconds);
    this.track.setAttribute("aria-label", data.title);
    this.track.setAttribute("role", "group");
    if (!this.held) this.stretch.chosen = data.stretch && [...data.stretch];
    this.track.classList.toggle("vv-draws", data.draws_stretch);
    this.layOut();
    this.tell(null);
  }

  layOut() {
    const width = this.track.clientWidth;
    if (!width) return;
    this.strip.layOut(width);
    this.stretch.draw();
  }

  /** @param {PointerEvent} event */
  secondsAt(event) {
    const box = this.track.getBoundingClientRect();
    return (clamp(event.clientX - box.left, 0, box.width) / box.width) * this.strip.duration;
  }

  /** @param {number} seconds */
  showCursor(seconds) {
    this.cursor.hidden = false;
    this.cursor.style.left = `${(100 * seconds) / this.strip.duration}%`;
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0) {
      this.forget();
      return;
    }
    const side = this.grabbed;
    const stays = side === undefined ? undefined : this.stretch.chosen?.[side ? 0 : 1];
    const from = stays ?? this.secondsAt(event);
    this.held = { from, x: event.clientX, side };
    this.track.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const seconds = this.secondsAt(event);
    this.showCursor(seconds);
    if (this.held && this.data.draws_stretch) this.drawTo(this.held, seconds, event.clientX);
    this.tell(seconds);
  }

  /**
   * @param {Held} held
   * @param {number} seconds
   * @param {number} x
   */
  drawTo(held, seconds, x) {
    const { from, side } = held;
    if (side === undefined && Math.abs(x - held.x) < DRAWN_LEAST_PX) return;
    this.stretch.choose(from, seconds);
    if (side !== undefined && seconds !== from) this.stretch.focusEnd(seconds < from ? 0 : 1); // the keys go on with it
    held.drawn = true;
  }

  /** @param {PointerEvent} event */
  release(event) {
    const held = this.held;
    this.forget();
    if (!held) return;
    if (held.drawn) this.send("stretched", this.stretch.chosen);
    else if (held.side === undefined) this.click(this.secondsAt(event));
  }

  forget() {
    this.held = null;
    this.grabbed = undefined;
  }

  leave() {
    this.cursor.hidden = true;
    this.tell(null);
  }

  /**
   * The mark under the pointer, else the clip whose picture is there.
   *
   * @param {number} seconds
   * @returns {Slot | null}
   */
  goalAt(seconds) {
    const inside = (/** @type {Slot} */ item) => item.start_seconds <= seconds && seconds < item.end_seconds;
    const marks = this.data.marks.filter(inside).sort((a, b) => b.value - a.value);
    return marks[0] || this.data.slots.find(inside) || null;
  }

  /** @param {number} seconds */
  click(seconds) {
    const goal = this.goalAt(seconds);
    this.send("clicked", { seconds, clip_id: goal ? goal.clip_id : null });
  }

  /** @param {number | null} seconds */
  tell(seconds) {
    if (seconds === null) {
      this.told.textContent = this.stretch.text;
      return;
    }
    const mark = this.data.marks.find((item) => item.start_seconds <= seconds && seconds < item.end_seconds);
    const bar = this.strip.nearestBar(seconds);
    const parts = [clock(seconds), mark && mark.text, bar && bar.text, this.stretch.text];
    this.told.textContent = parts.filter(Boolean).join(" · ");
  }

  tellNudged() {
    this.tell(null);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send("stretched", this.stretch.chosen), NUDGES_WAIT_MS); // one answer for many presses
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.target !== this.track || !this.goals.length) return;
    const last = this.goals.length - 1;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: Math.min(this.at + 1, last), ArrowLeft: Math.max(this.at - 1, 0), Home: 0, End: last };
    if (event.key in steps) {
      event.preventDefault();
      this.at = steps[event.key];
      const goal = this.goals[this.at];
      this.showCursor(goal.start_seconds);
      this.tell(goal.start_seconds);
    } else if ((event.key === "Enter" || event.key === " ") && this.at >= 0) {
      event.preventDefault();
      const goal = this.goals[this.at];
      this.send("clicked", { seconds: goal.start_seconds, clip_id: goal.clip_id });
    }
  }

  end() {
    clearTimeout(this.waiting);
    this.sizes.disconnect();
  }
}

/** @param {import("../parts/mount.js").Component<TimelineData>} component */
export default function (component) {
  return mountView(component, TimelineView);
}
