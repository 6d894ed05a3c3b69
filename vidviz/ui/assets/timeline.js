// A video's time as a strip of its pictures: hits marked beneath, step distances as bars, and a stretch to draw.

const POSTER_LEAST_PX = 62;
const TICK_LEAST_PX = 90;
const TICK_STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const NUDGE_SECONDS = 0.1;
const LARGE_NUDGE_SECONDS = 1;
const DRAWN_LEAST_PX = 4;

class TimelineView {
  constructor(root) {
    this.root = root;
    this.drawn = {};
    this.box = element("div", "vv-timeline");
    this.track = element("div", "vv-track");
    this.track.tabIndex = 0;
    this.film = element("div", "vv-strip");
    this.cursor = element("div", "vv-cursor");
    this.cursor.hidden = true;
    this.marks = element("div", "vv-marks");
    this.bars = element("div", "vv-bars");
    this.axis = element("div", "vv-axis");
    this.told = element("div", "vv-told vv-quiet");
    this.told.setAttribute("role", "status");
    this.track.append(this.film, this.bars, this.marks, this.cursor);
    this.box.append(this.track, this.axis, this.told);
    root.appendChild(this.box);
    this.makeStretch();
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

  makeStretch() {
    this.stretch = element("div", "vv-stretch");
    this.handles = ["start", "end"].map((end, side) => {
      const handle = element("div", `vv-handle vv-handle-${end}`);
      handle.tabIndex = 0;
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-label", `${end === "start" ? "Start" : "End"} of the stretch, in seconds`);
      handle.addEventListener("keydown", (event) => this.nudge(event, side));
      handle.addEventListener("pointerdown", (event) => this.grab(event, side));
      this.stretch.appendChild(handle);
      return handle;
    });
    this.track.appendChild(this.stretch);
  }

  update(data) {
    this.data = data;
    this.duration = Math.max(data.duration_seconds, 0.001);
    this.at = -1;
    const goals = data.marks.length ? data.marks : data.slots;
    this.goals = [...goals].sort((a, b) => a.start_seconds - b.start_seconds);
    this.track.setAttribute("aria-label", data.title);
    this.track.setAttribute("role", "group");
    if (!this.held) this.chosen = data.stretch ? [...data.stretch] : null;
    this.track.classList.toggle("vv-draws", data.draws_stretch);
    this.layOut();
    this.tell(null);
  }

  layOut() {
    const width = this.track.clientWidth;
    if (!this.data || !width) return;
    this.drawFilm(width);
    this.once("marks", [this.data.marks, this.data.current], () => this.drawMarks());
    this.once("bars", this.data.bars, () => this.drawBars());
    this.once("axis", width, () => this.drawAxis(width));
    this.drawStretch();
  }

  // What is drawn already stays: a node that is made anew loses the pointer that is over it.
  once(name, what, draw) {
    const key = JSON.stringify([what, this.duration]);
    if (this.drawn[name] === key) return;
    this.drawn[name] = key;
    draw();
  }

  drawFilm(width) {
    const slots = this.data.slots;
    const most = Math.max(1, Math.floor(width / POSTER_LEAST_PX));
    const shown = slots.length <= most ? slots : Array.from({ length: most }, (_, i) => slots[Math.floor((i + 0.5) * slots.length / most)]);
    this.once("film", shown, () => this.fillFilm(shown));
  }

  fillFilm(shown) {
    const slots = this.data.slots;
    const pictures = shown.map((slot, i) => {
      const image = element("img");
      image.alt = "";
      image.draggable = false;
      image.loading = "lazy";
      image.decoding = "async";
      image.src = mediaUrl(this.base, "poster", slot.clip_id);
      const from = shown.length < slots.length ? (i * this.duration) / shown.length : slot.start_seconds;
      const to = shown.length < slots.length ? ((i + 1) * this.duration) / shown.length : slot.end_seconds;
      this.place(image, from, to);
      return image;
    });
    this.film.replaceChildren(...pictures);
  }

  place(node, from, to) {
    node.style.left = `${(100 * clamp(from, 0, this.duration)) / this.duration}%`;
    node.style.width = `${(100 * (clamp(to, 0, this.duration) - clamp(from, 0, this.duration))) / this.duration}%`;
  }

  drawMarks() {
    this.marks.hidden = !this.data.marks.length;
    const nodes = this.data.marks.map((mark) => {
      const node = element("div", "vv-mark");
      this.place(node, mark.start_seconds, mark.end_seconds);
      node.style.setProperty("--vv-value", String(clamp(mark.value, 0, 1)));
      node.dataset.clip = mark.clip_id;
      node.classList.toggle("vv-now", mark.clip_id === this.data.current);
      return node;
    });
    this.marks.replaceChildren(...nodes);
  }

  drawBars() {
    this.bars.hidden = !this.data.bars.length;
    const most = Math.max(...this.data.bars.map((bar) => bar.value), 1e-9);
    const nodes = this.data.bars.map((bar) => {
      const node = element("div", bar.peak ? "vv-step vv-peak" : "vv-step");
      node.style.left = `${(100 * clamp(bar.seconds, 0, this.duration)) / this.duration}%`;
      node.style.height = `${Math.max(2, (100 * bar.value) / most)}%`;
      node.title = bar.text;
      return node;
    });
    this.bars.replaceChildren(...nodes);
  }

  drawAxis(width) {
    const fits = Math.max(1, width / TICK_LEAST_PX);
    const step = TICK_STEPS.find((seconds) => this.duration / seconds <= fits) || this.duration;
    const ticks = [];
    for (let seconds = 0; seconds <= this.duration - step * 0.4; seconds += step) {
      const tick = element("span", "vv-tick", clock(seconds));
      tick.style.left = `${(100 * seconds) / this.duration}%`;
      ticks.push(tick);
    }
    const end = element("span", "vv-tick vv-tick-end", clock(this.duration));
    this.axis.replaceChildren(...ticks, end);
  }

  drawStretch() {
    this.stretch.hidden = !this.chosen;
    if (!this.chosen) return;
    this.place(this.stretch, ...this.chosen);
    this.handles.forEach((handle, side) => {
      handle.hidden = !this.data.draws_stretch;
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", this.duration.toFixed(1));
      handle.setAttribute("aria-valuenow", this.chosen[side].toFixed(2));
      handle.setAttribute("aria-valuetext", clock(this.chosen[side]));
    });
  }

  secondsAt(event) {
    const box = this.track.getBoundingClientRect();
    return (clamp(event.clientX - box.left, 0, box.width) / box.width) * this.duration;
  }

  press(event) {
    if (event.button !== 0) return;
    this.held = { from: this.secondsAt(event), x: event.clientX, side: this.grabbed };
    this.track.setPointerCapture(event.pointerId);
  }

  grab(_event, side) {
    this.grabbed = side;
  }

  move(event) {
    const seconds = this.secondsAt(event);
    this.cursor.hidden = false;
    this.cursor.style.left = `${(100 * seconds) / this.duration}%`;
    this.tell(seconds);
    if (!this.held || !this.data.draws_stretch) return;
    if (this.held.side !== undefined) this.chosen = this.turned(this.chosen[1 - this.held.side], seconds);
    else if (Math.abs(event.clientX - this.held.x) >= DRAWN_LEAST_PX) this.chosen = this.turned(this.held.from, seconds);
    else return;
    this.held.drawn = true;
    this.drawStretch();
    this.tell(seconds);
  }

  turned(one, other) {
    return [Math.min(one, other), Math.max(one, other)].map((seconds) => Math.round(seconds * 100) / 100);
  }

  release(event) {
    const held = this.held;
    this.forget();
    if (!held) return;
    if (held.drawn) this.send("stretched", this.chosen);
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

  // The mark under the pointer, else the clip whose picture is there.
  goalAt(seconds) {
    const inside = (item) => item.start_seconds <= seconds && seconds < item.end_seconds;
    const marks = this.data.marks.filter(inside).sort((a, b) => b.value - a.value);
    return marks[0] || this.data.slots.find(inside) || null;
  }

  click(seconds) {
    const goal = this.goalAt(seconds);
    this.send("clicked", { seconds, clip_id: goal ? goal.clip_id : null });
  }

  tell(seconds) {
    if (seconds === null) {
      this.told.textContent = this.stretchText();
      return;
    }
    const mark = this.data.marks.find((item) => item.start_seconds <= seconds && seconds < item.end_seconds);
    const bar = this.nearestBar(seconds);
    const parts = [clock(seconds), mark && mark.text, bar && bar.text, this.stretchText()];
    this.told.textContent = parts.filter(Boolean).join(" · ");
  }

  nearestBar(seconds) {
    const bars = this.data.bars;
    return bars.length ? bars.reduce((a, b) => (Math.abs(b.seconds - seconds) < Math.abs(a.seconds - seconds) ? b : a)) : null;
  }

  stretchText() {
    if (!this.data || !this.data.draws_stretch) return "";
    if (!this.chosen) return "Draw over the strip to choose a stretch.";
    return `Stretch: ${clock(this.chosen[0])} to ${clock(this.chosen[1])}`;
  }

  onKey(event) {
    if (event.target !== this.track || !this.goals.length) return;
    const last = this.goals.length - 1;
    const steps = { ArrowRight: Math.min(this.at + 1, last), ArrowLeft: Math.max(this.at - 1, 0), Home: 0, End: last };
    if (event.key in steps) {
      event.preventDefault();
      this.at = steps[event.key];
      const goal = this.goals[this.at];
      this.cursor.hidden = false;
      this.cursor.style.left = `${(100 * goal.start_seconds) / this.duration}%`;
      this.tell(goal.start_seconds);
    } else if ((event.key === "Enter" || event.key === " ") && this.at >= 0) {
      event.preventDefault();
      const goal = this.goals[this.at];
      this.send("clicked", { seconds: goal.start_seconds, clip_id: goal.clip_id });
    }
  }

  nudge(event, side) {
    const step = event.shiftKey ? LARGE_NUDGE_SECONDS : NUDGE_SECONDS;
    const change = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step }[event.key];
    if (!change || !this.chosen) return;
    event.preventDefault();
    event.stopPropagation();
    const low = side ? this.chosen[0] : 0;
    const high = side ? this.duration : this.chosen[1];
    this.chosen[side] = Math.round(clamp(this.chosen[side] + change, low, high) * 100) / 100;
    this.drawStretch();
    this.tell(null);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send("stretched", this.chosen), 400); // one answer for many presses
  }

  end() {
    clearTimeout(this.waiting);
    this.sizes.disconnect();
  }
}

export default function (component) {
  return mountView(component, TimelineView);
}
