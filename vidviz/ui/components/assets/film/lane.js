// One lane of the film: a clip's frames, the channel that is opened large, and the grids of its layers.

const NARROWEST_LAYER_PX = 236;
const LAYER_GAP_PX = 20;

class FilmLane {
  constructor(view) {
    this.view = view;
    this.layers = new Map();
    this.box = element("div", "vv-parts");
    this.side = element("div", "vv-side");
    this.grid = element("div", "vv-layers");
    this.box.append(this.side, this.grid);
    this.large = new FilmLarge(view);
    this.side.append(this.makeClip(), this.large.figure);
  }

  makeClip() {
    const figure = element("figure");
    const caption = element("figcaption");
    this.title = element("span", "vv-line vv-title");
    caption.appendChild(this.title);
    this.clipCanvas = element("canvas");
    this.clipCanvas.setAttribute("role", "img");
    this.clipCanvas.addEventListener("click", (event) => this.pickPlace(event));
    this.note = element("p", "vv-note vv-said");
    figure.append(caption, this.clipCanvas, this.note);
    return figure;
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
    this.invite();
    this.keepLayers(told.layers);
  }

  // A click is asked for only once there is a frame to click on.
  get choosing() {
    return this.bitmap ? this.told.clip.choosing || "" : "";
  }

  invite() {
    this.clipCanvas.classList.toggle("vv-choosing", Boolean(this.choosing));
    this.clipCanvas.title = this.choosing;
  }

  // Same token, same film: it is not unpacked again and goes on where it is.
  keepLayers(layers) {
    const kept = new Map();
    for (const layer of layers) {
      const key = `${layer.name}|${layer.token}`;
      kept.set(key, this.layers.get(key) || new FilmLayer(this.view, layer));
    }
    for (const [key, layer] of this.layers) if (!kept.has(key)) layer.end();
    this.layers = kept;
    const figures = [...kept.values()].map((layer) => layer.figure);
    const unchanged =
      figures.length === this.grid.children.length && figures.every((f, i) => f === this.grid.children[i]);
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
      this.shown = null;
      this.clipCanvas.width = clip.tile_width;
      this.clipCanvas.height = clip.tile_height;
      this.note.textContent = clip.note;
      this.invite();
      this.view.energy.draw();
      this.view.drawAll();
    } catch (error) {
      this.note.textContent = error.message;
    }
    return undefined;
  }

  draw(part, table, everything) {
    this.frame = Math.min(this.told.clip.frames - 1, Math.floor(part * this.told.clip.frames + 1e-6));
    for (const layer of this.layers.values()) {
      layer.draw(part, table, everything);
      layer.tell();
    }
    this.large.draw(table);
    if (this.bitmap) this.drawClip();
  }

  drawClip() {
    const over = this.large.overlaid;
    const shown = over ? null : this.frame;
    if (shown !== null && shown === this.shown) return;
    this.shown = shown;
    this.drawFrame(this.clipCanvas.getContext("2d"), this.frame, 0, 0, this.clipCanvas.width, this.clipCanvas.height);
    if (over) this.large.drawOver(this.clipCanvas);
  }

  drawFrame(context, frame, left, top, toWidth, toHeight) {
    const { tile_width: width, tile_height: height, columns } = this.told.clip;
    const [column, row] = [frame % columns, Math.floor(frame / columns)];
    context.drawImage(this.bitmap, column * width, row * height, width, height, left, top, toWidth, toHeight);
  }

  // A place on the frame that is shown, where the page asks for one.
  pickPlace(event) {
    if (!this.choosing) return;
    const { tile_width: columns, tile_height: rows } = this.told.clip;
    this.view.pause();
    this.view.send("picked", {
      lane: this.view.lanes.indexOf(this),
      t: this.frame,
      ...placeIn(this.clipCanvas, event, columns, rows),
    });
  }

  end() {
    this.gone = true;
    this.bitmap?.close();
    for (const layer of this.layers.values()) layer.end();
    this.box.remove();
  }
}
