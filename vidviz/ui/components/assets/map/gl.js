// The map drawn by WebGL of our own, for more points than Plotly carries. It looks and answers like PlotlyMap.

class GlMap {
  constructor(view) {
    this.view = view;
    this.node = element("div", "vv-gl");
    this.area = element("div", "vv-area");
    const [canvas, over] = [element("canvas"), element("canvas")];
    this.area.append(canvas, over);
    this.tools = new ToolBar({
      choose: (tool) => this.choose(tool),
      closer: () => this.zoomBy(1.5),
      farther: () => this.zoomBy(1 / 1.5),
      fit: () => this.fit(),
      picture: () => this.save(),
    });
    this.legend = new Legend(() => this.recolour());
    this.node.append(this.tools.node, this.area, this.legend.node);
    view.box.prepend(this.node);
    this.sketch = new Sketch(over);
    this.input = new GlInput(this);
    this.choose("pan");
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => this.restore());
    this.canvas = canvas;
  }

  get muted() {
    return this.legend.muted;
  }

  async draw(points, before) {
    this.drawing = this.drawing || new GlPoints(this.canvas);
    const shown = this.points;
    this.points = points;
    this.theme = readTheme(this.view.root); // a change of the theme draws anew
    this.legend.draw(points);
    const glides = this.upload(points, shown);
    if (!shown || shown.view_key !== points.view_key) this.look(points, shown, glides);
    this.measure();
    if (glides) this.glide();
    this.drawNow(glides ? 0 : 1);
  }

  // Sends to the card what has changed; says whether the points are to glide from where they were.
  upload(points, shown) {
    const { drawing } = this;
    const old = shown ? shown.arrays : {};
    const { places, colour_index: index, faded, hidden } = points.arrays;
    let glides = false;
    if (places !== old.places) {
      // Rows are the same clips only where all ids are.
      glides =
        Boolean(shown) &&
        shown.same_clips === points.same_clips &&
        shown.view_key !== points.view_key &&
        !REDUCED_MOTION.matches;
      drawing.setPlaces(places, { keepAsStart: glides });
    }
    if (index !== old.colour_index) drawing.setColours(index);
    if (!shown || shown.count !== points.count || faded !== old.faded || hidden !== old.hidden)
      drawing.setFlags(points.flags());
    this.paint();
    return glides;
  }

  look(points, shown, glides) {
    this.before = glides ? this.camera : null;
    this.camera = new Camera(points.bounds);
    if (!shown && points.window) this.camera.show(points.window);
  }

  paint() {
    const { points, muted } = this;
    const parts = points.groups ? points.groups.names : [];
    this.drawing.setPalette(points.palette.map((colour, i) => (muted.has(parts[i]) ? null : colour)));
  }

  recolour() {
    this.paint();
    this.drawSoon();
    this.view.onLeave();
    this.view.onSettled();
  }

  glide() {
    const begun = performance.now();
    cancelAnimationFrame(this.gliding);
    const step = () => {
      if (this.gone) return;
      const share = clamp((performance.now() - begun) / TWEEN_MS, 0, 1);
      const ease = 1 - (1 - share) ** 3;
      if (share === 1) {
        this.drawing.dropStart();
        this.before = null;
      } else this.gliding = requestAnimationFrame(step);
      this.drawNow(ease);
      if (share === 1) this.view.onSettled();
    };
    this.gliding = requestAnimationFrame(step);
  }

  drawNow(mix = 1) {
    const camera = this.before ? this.camera.between(this.before, mix) : this.camera;
    this.drawing.draw(camera, this.points.point_px, mix);
    this.sketch.draw(this.points, this.camera, this.muted, this.outline, this.theme);
    this.frames = (this.frames || 0) + 1;
  }

  drawSoon() {
    if (this.soon) return;
    this.soon = requestAnimationFrame(() => {
      this.soon = null;
      if (!this.gone && !this.before) this.drawNow();
    });
  }

  // The outline being drawn lies on a canvas of its own: a million points need not be drawn for it.
  sketchSoon() {
    if (this.sketching) return;
    this.sketching = requestAnimationFrame(() => {
      this.sketching = null;
      if (!this.gone) this.sketch.draw(this.points, this.camera, this.muted, this.outline, this.theme);
    });
  }

  moving() {
    this.drawSoon();
    this.view.onMoving();
  }

  moved() {
    this.moving();
    this.view.onMoved(this.camera.fitted ? [] : this.camera.window);
  }

  choose(tool) {
    this.input.tool = tool;
    this.tools.show(tool);
    this.area.dataset.tool = tool;
  }

  fit() {
    this.camera.fit();
    this.moved();
  }

  zoomBy(factor) {
    this.camera.zoomAt({ x: this.camera.width / 2, y: this.camera.height / 2 }, factor);
    this.moved();
  }

  panBy(right, up) {
    this.camera.pan(-right * this.camera.width, up * this.camera.height);
    this.moved();
  }

  // The row near a place of the stage, or -1.
  rowAt(place) {
    const { points, camera, muted } = this;
    if (this.before) return -1;
    const [x, y] = camera.toMap(place);
    const seen = (row) => !points.isHidden(row) && !(muted.size && muted.has(points.partOf(row)));
    return points.nearest(x, y, HOVER_PX / camera.unit, seen);
  }

  // Pixels from the upper left corner of the map.
  placeOf(row) {
    const { x, y } = this.camera.toStage(this.points.x(row), this.points.y(row));
    return { x: x + this.area.offsetLeft, y: y + this.area.offsetTop };
  }

  get stage() {
    return {
      left: this.area.offsetLeft,
      top: this.area.offsetTop,
      width: this.area.clientWidth,
      height: this.area.clientHeight,
    };
  }

  resize() {
    const { width, height } = this.camera;
    this.measure();
    if (this.camera.width !== width || this.camera.height !== height) this.drawSoon();
  }

  measure() {
    this.node.classList.toggle("vv-narrow", this.view.box.clientWidth < NARROW_PX);
    this.camera.resize(this.area.clientWidth, this.area.clientHeight);
  }

  save() {
    this.drawNow(); // what is drawn lasts only until the browser has shown it
    const { scale } = this.points;
    const numbers = scale ? [{ name: `${scale.title}: ${scale.low} to ${scale.high}` }] : [];
    const named = this.legend.entries.filter((entry) => !this.muted.has(entry.part));
    savePicture([this.canvas, this.sketch.canvas], this.stage, [...numbers, ...named], this.theme);
  }

  // The browser took the context away and gave a new one.
  restore() {
    if (this.gone || !this.points) return;
    this.drawing.setUp();
    this.upload(this.points, null);
    this.drawNow();
  }

  end() {
    this.gone = true;
    cancelAnimationFrame(this.gliding);
    cancelAnimationFrame(this.soon);
    cancelAnimationFrame(this.sketching);
    if (this.drawing) this.drawing.end();
    this.node.remove();
  }
}
