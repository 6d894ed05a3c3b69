// What a timeline draws along its time: pictures, hits marked beneath, step distances as bars, and the clock.

const POSTER_LEAST_PX = 62;
const TICK_LEAST_PX = 90;
const TICK_STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

class TimelineStrip {
  constructor() {
    this.drawn = {};
    this.film = element("div", "vv-strip");
    this.marks = element("div", "vv-marks");
    this.bars = element("div", "vv-bars");
    this.axis = element("div", "vv-axis");
  }

  update(data, base) {
    this.data = data;
    this.base = base;
    this.duration = Math.max(data.duration_seconds, 0.001);
  }

  layOut(width) {
    this.drawFilm(width);
    this.once("marks", [this.data.marks, this.data.current], () => this.drawMarks());
    this.once("bars", this.data.bars, () => this.drawBars());
    this.once("axis", width, () => this.drawAxis(width));
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
    const shown =
      slots.length <= most
        ? slots
        : Array.from({ length: most }, (_, i) => slots[Math.floor(((i + 0.5) * slots.length) / most)]);
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

  nearestBar(seconds) {
    const bars = this.data.bars;
    return bars.length
      ? bars.reduce((a, b) => (Math.abs(b.seconds - seconds) < Math.abs(a.seconds - seconds) ? b : a))
      : null;
  }
}
