// The channel that is opened large: its values under the pointer, the unit that is clicked, and the overlay.

const OVERLAY_OPACITY = 0.6;

class FilmLarge {
  constructor(view) {
    this.view = view;
    this.figure = element("figure");
    this.figure.hidden = true;
    const caption = element("figcaption");
    this.title = element("span", "vv-line vv-title");
    const close = iconButton("close", "Close this channel", () => view.open(null));
    close.style.marginLeft = "auto";
    caption.append(this.title, close);
    this.canvas = element("canvas", "vv-large");
    this.canvas.addEventListener("pointermove", (event) => this.onMove(event));
    this.canvas.addEventListener("pointerleave", () => this.onMove(null));
    this.canvas.addEventListener("click", () => this.pickUnit());
    this.said = element("p", "vv-note vv-said");
    const label = element("label", "vv-note vv-check");
    this.overlay = element("input");
    this.overlay.type = "checkbox";
    this.overlay.addEventListener("change", () => view.drawAll());
    label.append(this.overlay, element("span", "", "over the frames"));
    this.figure.append(caption, this.canvas, this.said, label);
  }

  // `opened` is a layer and the place of one of its channels, or nothing.
  show(opened) {
    this.opened = opened;
    this.at = null;
    this.shown = null;
    this.figure.hidden = !opened;
    if (!opened) return;
    const { layer, k } = opened;
    this.title.textContent = `${layer.layer.title} · channel ${layer.layer.channels[k]}`;
    this.canvas.width = layer.layer.tile_width;
    this.canvas.height = layer.layer.tile_height;
    this.said.textContent = layer.describe(k);
  }

  get ready() {
    return Boolean(this.opened && this.opened.layer.bytes);
  }

  get overlaid() {
    return this.ready && this.overlay.checked;
  }

  draw(table) {
    if (!this.ready) return;
    const { layer, k } = this.opened;
    if (this.at) say(this.said, `${layer.describe(k, this.at.x, this.at.y)} · click to trace it`);
    const shown = `${layer.frame}|${this.view.chosenMap}`;
    if (shown === this.shown) return;
    this.shown = shown;
    layer.paintChannel(this.canvas, k, table);
  }

  drawOver(canvas) {
    const context = canvas.getContext("2d");
    context.globalAlpha = OVERLAY_OPACITY;
    context.drawImage(this.canvas, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  }

  onMove(event) {
    if (!this.opened) return;
    this.at = event && placeIn(this.canvas, event, this.canvas.width, this.canvas.height);
    if (!event) this.said.textContent = this.opened.layer.describe(this.opened.k);
    this.view.drawAll();
  }

  pickUnit() {
    if (!this.ready || !this.at) return;
    const { layer, k } = this.opened;
    this.view.open(layer, k, { t: layer.frame, y: this.at.y * layer.layer.step, x: this.at.x * layer.layer.step });
  }
}

// Where on a canvas the pointer is, as one of so many columns and rows.
function placeIn(canvas, event, columns, rows) {
  const box = canvas.getBoundingClientRect();
  const inside = (at, start, size, count) => clamp(Math.floor(((at - start) / size) * count), 0, count - 1);
  return {
    x: inside(event.clientX, box.left, box.width, columns),
    y: inside(event.clientY, box.top, box.height, rows),
  };
}
