// Energy over time: a filmstrip of the clip, one line a layer below it, and peaks that seek the film.

const STRIP_PX = 44;
const LINES_PX = 110;
const LINE_COLOURS = ["#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442", "#999999"];

class FilmEnergy {
  constructor(view) {
    this.view = view;
    this.box = element("div", "vv-energy");
    this.box.hidden = true;
    this.strip = element("canvas", "vv-strip");
    this.strip.setAttribute("role", "img");
    this.strip.setAttribute("aria-label", "Filmstrip of the clip; click to go there");
    this.lines = element("canvas", "vv-lines");
    this.lines.setAttribute("role", "img");
    this.legend = element("div", "vv-energy-legend");
    this.head = element("div", "vv-head");
    const stage = element("div", "vv-energy-stage");
    stage.append(this.strip, this.lines, this.head);
    for (const canvas of [this.strip, this.lines]) {
      canvas.addEventListener("click", (event) => this.seek((event.offsetX / canvas.clientWidth) * view.frames - 0.5));
    }
    this.box.append(stage, this.legend);
  }

  update(lanes) {
    this.series = lanes.flatMap((lane, place) =>
      lane.layers.filter((layer) => layer.energy.length > 1).map((layer, index) => ({ layer, index, place })),
    );
    this.box.hidden = this.series.length === 0;
    this.legend.replaceChildren(...this.series.map((one) => this.makeEntry(one)));
    const said = this.series.map(({ layer }) => layer.title).join(", ");
    this.lines.setAttribute("aria-label", `Energy over time of ${said}, each as a share of its largest`);
    this.draw();
  }

  // A button a line: it names the layer and leads to its peak.
  makeEntry({ layer, index, place }) {
    const peak = peakOf(layer.energy);
    const button = element("button", "vv-peak");
    button.type = "button";
    const dot = element("span", place ? "vv-dash" : "vv-dot");
    dot.style.setProperty("--vv-dot", LINE_COLOURS[index % LINE_COLOURS.length]);
    const lane = this.view.data.lanes[place];
    const seconds = ((peak + 0.5) / layer.energy.length) * lane.clip.seconds;
    const of = this.view.data.lanes.length > 1 ? `${lane.clip.title}: ` : "";
    button.append(dot, element("span", "vv-line", `${of}${layer.title} · peak at ${seconds.toFixed(2)} s`));
    button.title = `Go to the peak: root mean square ${digits(layer.energy[peak])}`;
    button.addEventListener("click", () => this.seek(((peak + 0.5) / layer.energy.length) * this.view.frames - 0.5));
    return button;
  }

  seek(frame) {
    this.view.pause();
    this.view.seek(frame);
  }

  draw() {
    if (this.box.hidden || !this.series) return;
    const width = this.box.clientWidth;
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    for (const [canvas, height] of [
      [this.strip, STRIP_PX],
      [this.lines, LINES_PX],
    ]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.height = `${height}px`;
    }
    this.drawStrip();
    this.drawLines(ratio);
  }

  drawStrip() {
    const lane = this.view.lanes[0];
    if (!lane || !lane.bitmap) return;
    const context = this.strip.getContext("2d");
    const { tile_width: width, tile_height: height, frames } = lane.told.clip;
    const tall = this.strip.height;
    const count = clamp(Math.floor(this.strip.width / ((tall * width) / height)), 1, frames);
    const wide = this.strip.width / count;
    for (let i = 0; i < count; i++) {
      const frame = Math.min(frames - 1, Math.floor(((i + 0.5) / count) * frames));
      context.save();
      context.beginPath();
      context.rect(i * wide, 0, wide - 1, tall);
      context.clip();
      const across = Math.max(wide, (tall * width) / height);
      const high = (across * height) / width;
      lane.drawFrame(context, frame, i * wide + (wide - across) / 2, (tall - high) / 2, across, high);
      context.restore();
    }
  }

  drawLines(ratio) {
    const context = this.lines.getContext("2d");
    const { width, height } = this.lines;
    const pad = 6 * ratio;
    context.clearRect(0, 0, width, height);
    for (const { layer, index, place } of this.series) {
      const values = layer.energy;
      const most = Math.max(...values) || 1;
      const at = (i) => [((i + 0.5) / values.length) * width, height - pad - (values[i] / most) * (height - 2 * pad)];
      context.strokeStyle = context.fillStyle = LINE_COLOURS[index % LINE_COLOURS.length];
      context.lineWidth = 2 * ratio;
      context.setLineDash(place ? [5 * ratio, 4 * ratio] : []);
      context.beginPath();
      values.forEach((_, i) => (i ? context.lineTo(...at(i)) : context.moveTo(...at(i))));
      context.stroke();
      context.beginPath();
      context.arc(...at(peakOf(values)), 4 * ratio, 0, 7);
      context.fill();
    }
  }

  drawHead(part) {
    if (this.box.hidden) return;
    this.head.style.left = `${((part * this.view.frames + 0.5) / this.view.frames) * 100}%`;
  }
}

function peakOf(values) {
  return values.indexOf(Math.max(...values));
}
