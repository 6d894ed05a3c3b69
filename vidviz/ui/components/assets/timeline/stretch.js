// The stretch of a timeline's video that is chosen: drawn over the strip, moved by its handles or the arrow keys.

const NUDGE_SECONDS = 0.1;
const LARGE_NUDGE_SECONDS = 1;

class TimelineStretch {
  // `strip` says where a moment lies; `onNudge` hears that a key has moved an end, `onGrab` which handle was taken.
  constructor(strip, onNudge, onGrab) {
    this.strip = strip;
    this.onNudge = onNudge;
    this.chosen = null;
    this.node = element("div", "vv-stretch");
    this.handles = ["start", "end"].map((end, side) => {
      const handle = element("div", `vv-handle vv-handle-${end}`);
      handle.tabIndex = 0;
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-label", `${end === "start" ? "Start" : "End"} of the stretch, in seconds`);
      handle.addEventListener("keydown", (event) => this.nudge(event, side));
      handle.addEventListener("pointerdown", () => onGrab(side));
      this.node.appendChild(handle);
      return handle;
    });
  }

  choose(one, other) {
    this.chosen = [Math.min(one, other), Math.max(one, other)].map((seconds) => Math.round(seconds * 100) / 100);
    this.draw();
  }

  draw() {
    this.node.hidden = !this.chosen;
    if (!this.chosen) return;
    this.strip.place(this.node, ...this.chosen);
    this.handles.forEach((handle, side) => {
      handle.hidden = !this.strip.data.draws_stretch;
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", this.strip.duration.toFixed(1));
      handle.setAttribute("aria-valuenow", this.chosen[side].toFixed(2));
      handle.setAttribute("aria-valuetext", clock(this.chosen[side]));
    });
  }

  focusEnd(side) {
    this.handles[side].focus({ preventScroll: true });
  }

  nudge(event, side) {
    const step = event.shiftKey ? LARGE_NUDGE_SECONDS : NUDGE_SECONDS;
    const change = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step }[event.key];
    if (!change || !this.chosen) return;
    event.preventDefault();
    event.stopPropagation();
    const low = side ? this.chosen[0] : 0;
    const high = side ? this.strip.duration : this.chosen[1];
    this.chosen[side] = Math.round(clamp(this.chosen[side] + change, low, high) * 100) / 100;
    this.draw();
    this.onNudge();
  }

  get text() {
    if (!this.strip.data || !this.strip.data.draws_stretch) return "";
    if (!this.chosen) return "Draw over the strip to choose a stretch.";
    if (this.chosen[0] === this.chosen[1]) return `The frame at ${clock(this.chosen[0])}`;
    return `Stretch: ${clock(this.chosen[0])} to ${clock(this.chosen[1])}`;
  }
}
