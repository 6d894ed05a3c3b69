// One lane of the film: a clip's frames, the channel that is opened large, and the grids of its layers.

const NARROWEST_LAYER_PX = 236;
const LAYER_GAP_PX = 20;
const OVERLAY_OPACITY = 0.6;

class FilmLane {
  constructor(view) {
    this.view = view;
    this.layers = new Map();
    this.box = element("div", "vv-parts");
    this.side = element("div", "vv-side");
    this.grid = element("div", "vv-layers");
    this.box.append(this.side, this.grid);
    this.side.append(this.makeClip(), this.makeLarge());
  }

  makeClip() {
    const figure = element("figure");
    const caption = element("figcaption");
    this.title = element("span", "vv-line vv-title");
    caption.appendChild(this.title);
    this.clipCanvas = element("canvas");
    this.clipCanvas.setAttribute("role", "img");
    this.note = element("p", "vv-note vv-said");
    figure.append(caption, this.clipCanvas, this.note);
    return figure;
  }

  makeLarge() {
    this.largeFigure = element("figure");
    this.largeFigure.hidden = true;
    const caption = element("figcaption");
    this.largeTitle = element("span", "vv-line vv-title");
    const close = iconButton("close", "Close this channel", () => this.view.open(null));
    close.style.marginLeft = "auto";
    caption.append(this.largeTitle, close);
    this.large = element("canvas", "vv-large");
    this.large.addEventListener("pointermove", (event) => this.onLargeMove(event));
    this.large.addEventListener("pointerleave", () => this.onLargeMove(null));
    this.large.addEventListener("click", () => this.pickUnit());
    this.largeSaid = element("p", "vv-note vv-said");
    const label = element("label", "vv-note vv-check");
    this.overlay = element("input");
    this.overlay.type = "checkbox";
    this.overlay.addEventListener("change", () => this.view.drawAll());
    label.append(this.overlay, element("span", "", "over the frames"));
    this.largeFigure.append(caption, this.large, this.largeSaid, label);
    return this.largeFigure;
  }

  update(told) {
    const newClip = !this.told || this.told.clip.token !== told.clip.token;
    this.told = told;
    this.title.textContent = told.clip.title;
    this.title.title = told.clip.title;
    this.clipCanvas.setAttribute("aria-label", `The frames of ${told.clip.title}`);
    this.box.classList.toggle("vv-alone", told.layers.length === 0);
    if (newClip) this.openClip();
    else this.note.textContent = told.clip.note;
    this.keepLayers(told.layers);
  }

  // Same token, same film: it is not unpacked again and goes on where it is.
  keepLayers(layers) {
    const kept = new Map();
    for (const layer of layers) {
      const key = `${layer.name}|${layer.token}`;
      kept.set(key, this.layers.get(key) || new FilmLayer(this.view, layer));
    }
    this.layers = kept;
    const figures = [...kept.values()].map((layer) => layer.figure);
    const unchanged = figures.length === this.grid.children.length && figures.every((f, i) => f === this.grid.children[i]);
    if (!unchanged) this.grid.replaceChildren(...figures);
    this.evenOut();
  }

  // Rows of equal length where it goes: four layers stand two by two and not three and one.
  evenOut() {
    const most = Math.max(1, Math.floor((this.grid.clientWidth + LAYER_GAP_PX) / (NARROWEST_LAYER_PX + LAYER_GAP_PX)));
    const count = Math.max(1, this.layers.size);
    const columns = Math.ceil(count / Math.ceil(count / most));
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  }

  fit() {
    this.evenOut();
    for (const layer of this.layers.values()) layer.fitCanvas();
  }

  owns(layer) {
    return [...this.layers.values()].includes(layer);
  }

  async openClip() {
    const { clip } = this.told;
    this.bitmap?.close();
    this.bitmap = null;
    this.note.textContent = "Unpacking the frames …";
    try {
      const bitmap = await fetchBitmap(mediaUrl(this.view.base, "sheet", clip.token));
      if (this.gone || this.told.clip.token !== clip.token) return bitmap.close();
      this.bitmap = bitmap;
      this.clipCanvas.width = clip.tile_width;
      this.clipCanvas.height = clip.tile_height;
      this.note.textContent = clip.note;
      this.view.energy.draw();
      this.view.drawAll();
    } catch (error) {
      this.note.textContent = error.message;
    }
    return undefined;
  }

  draw(part, table) {
    const frame = Math.min(this.told.clip.frames - 1, Math.floor(part * this.told.clip.frames + 1e-6));
    for (const layer of this.layers.values()) {
      layer.draw(part, table);
      layer.say();
    }
    if (this.bitmap) this.drawFrame(this.clipCanvas.getContext("2d"), frame, 0, 0, this.clipCanvas.width, this.clipCanvas.height);
    this.drawLarge();
  }

  drawFrame(context, frame, left, top, toWidth, toHeight) {
    const { tile_width: width, tile_height: height, columns } = this.told.clip;
    const [column, row] = [frame % columns, Math.floor(frame / columns)];
    context.drawImage(this.bitmap, column * width, row * height, width, height, left, top, toWidth, toHeight);
  }

  showLarge(opened) {
    this.opened = opened;
    this.largeAt = null;
    this.largeFigure.hidden = !opened;
    if (!opened) return;
    const { layer, k } = opened;
    this.largeTitle.textContent = `${layer.layer.title} · channel ${layer.layer.channels[k]}`;
    this.large.width = layer.layer.tile_width;
    this.large.height = layer.layer.tile_height;
    this.largeSaid.textContent = layer.describe(k);
  }

  drawLarge() {
    if (!this.opened || !this.opened.layer.bytes) return;
    const { layer, k } = this.opened;
    const { tile_width: width, tile_height: height } = layer.layer;
    const [left, top] = [(k % layer.columns) * width, Math.floor(k / layer.columns) * height];
    this.large.getContext("2d").drawImage(layer.atlas, left, top, width, height, 0, 0, width, height);
    if (this.largeAt) this.largeSaid.textContent = `${layer.describe(k, this.largeAt.x, this.largeAt.y)} · click to trace it`;
    if (!this.overlay.checked || !this.bitmap) return;
    const context = this.clipCanvas.getContext("2d");
    context.globalAlpha = OVERLAY_OPACITY;
    context.drawImage(layer.atlas, left, top, width, height, 0, 0, this.clipCanvas.width, this.clipCanvas.height);
    context.globalAlpha = 1;
  }

  onLargeMove(event) {
    if (!this.opened) return;
    const box = this.large.getBoundingClientRect();
    const inside = (at, start, size, count) => clamp(Math.floor(((at - start) / size) * count), 0, count - 1);
    this.largeAt = event && {
      x: inside(event.clientX, box.left, box.width, this.large.width),
      y: inside(event.clientY, box.top, box.height, this.large.height),
    };
    if (!event) this.largeSaid.textContent = this.opened.layer.describe(this.opened.k);
    this.view.drawAll();
  }

  pickUnit() {
    if (!this.opened || !this.largeAt) return;
    const { layer, k } = this.opened;
    const { x, y } = this.largeAt;
    this.view.open(layer, k, { t: layer.frame, y: y * layer.layer.step, x: x * layer.layer.step });
  }

  end() {
    this.gone = true;
    this.bitmap?.close();
    this.box.remove();
  }
}
