// One layer of the film: its caption, the grid of its channels, and what the pointer and the keys do there.

class FilmLayer {
  constructor(view, layer) {
    this.view = view;
    this.layer = layer;
    this.cursor = 0;
    this.figure = element("figure");
    const caption = element("figcaption");
    const title = element("span", "vv-line vv-title", layer.title);
    title.title = layer.name;
    this.step = element("span", "vv-time");
    caption.append(title, element("span", "vv-line vv-quiet", layer.shape), this.step);
    this.canvas = element("canvas", "vv-map-canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute(
      "aria-label",
      `${layer.title}: ${layer.channels.length} channels over time. Arrows choose, Enter opens one.`,
    );
    this.canvas.hidden = true;
    this.tiles = new FilmTiles(this.canvas, layer);
    this.wait = element("div", "vv-wait vv-quiet", "Unpacking the film …");
    this.said = element("p", "vv-note vv-said");
    this.figure.append(caption, this.wait, this.canvas, this.said);
    this.listen();
    this.load();
  }

  async load() {
    try {
      this.bytes = await readSheet(mediaUrl(this.view.base, "sheet", this.layer.token), this.layer);
      this.wait.hidden = true;
      this.canvas.hidden = false;
      this.fitCanvas();
      this.view.drawAll();
    } catch (error) {
      this.wait.textContent = error.message;
    }
  }

  fitCanvas() {
    if (!this.bytes) return;
    this.tiles.fit(this.figure.clientWidth || 280);
    this.shown = null;
  }

  frameAt(part) {
    return Math.min(this.layer.frames - 1, Math.floor(part * this.layer.frames));
  }

  // What lies out of sight waits with its colours until it is scrolled to, or until `everything` is asked for.
  draw(part, table, everything) {
    if (!this.bytes) return;
    this.frame = this.frameAt(part);
    say(this.step, `t ${this.frame + 1}/${this.layer.frames}`);
    if (this.outOfSight && !everything) return;
    // Deep layers have fewer time steps than the clip: what has not changed stays.
    const shown = `${this.frame}|${this.marked()}|${this.view.chosenMap}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.tiles.paint(this.bytes, this.frame, table);
    if (this.marked() !== undefined) this.tiles.outline(this.marked());
  }

  // The channel with an outline: the one that is open, else the one under the pointer.
  marked() {
    return this.view.opened && this.view.opened.layer === this ? this.view.opened.k : this.hovered;
  }

  // One channel at this moment, a pixel of the canvas for each of its values.
  paintChannel(canvas, k, table) {
    const { tile_width: width, tile_height: height, channels } = this.layer;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(width, height);
    const colours = new Uint32Array(picture.data.buffer);
    const from = (this.frame * channels.length + k) * width * height;
    for (let i = 0; i < colours.length; i++) colours[i] = table[this.bytes[from + i]];
    context.putImageData(picture, 0, 0);
  }

  listen() {
    this.canvas.addEventListener("pointermove", (event) => this.point(this.bytes ? this.tiles.at(event) : null));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => {
      const at = this.bytes ? this.tiles.at(event) : null;
      if (at) this.open(at.k);
    });
    this.canvas.addEventListener("keydown", (event) => this.onKey(event));
    this.watcher = new IntersectionObserver((entries) => {
      this.outOfSight = !entries[entries.length - 1].isIntersecting;
      this.view.drawAll();
    });
    this.watcher.observe(this.figure);
  }

  value(k, x, y) {
    const { tile_width: width, tile_height: height, channels, ranges } = this.layer;
    const byte = this.bytes[((this.frame * channels.length + k) * height + y) * width + x];
    const [low, high] = ranges[k];
    return low + ((high - low) * byte) / 255;
  }

  describe(k, x, y) {
    const [low, high] = this.layer.ranges[k];
    const where = x === undefined ? "" : ` · about ${digits(this.value(k, x, y))} at x ${x}, y ${y} (read from 8 bits)`;
    return `channel ${this.layer.channels[k]} · ${digits(low)} to ${digits(high)}${where}`;
  }

  point(at) {
    this.under = at;
    this.hovered = at ? at.k : undefined;
    this.tell();
    this.view.drawAll();
  }

  // The value under the pointer, which changes as the film goes on.
  tell() {
    say(this.said, this.under ? this.describe(this.under.k, this.under.x, this.under.y) : "");
  }

  onKey(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.tiles.columns, ArrowDown: this.tiles.columns };
    if (event.key === "Enter") {
      this.open(this.cursor);
    } else if (event.key in steps) {
      this.cursor = clamp(this.cursor + steps[event.key], 0, this.layer.channels.length - 1);
      this.point({ k: this.cursor });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  open(k) {
    this.cursor = k;
    this.view.open(this, k);
  }

  end() {
    this.watcher.disconnect();
    this.figure.remove();
  }
}

// A text is only set where it changes: the page need not be laid out anew.
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function digits(value) {
  return Number(value.toPrecision(3)).toString().replace("-", "−");
}
