// The map of clips. Points in; the clip under the pointer, clicks, polygons and the part in view out.
// One contract for two ways of drawing: PlotlyMap and GlMap draw and tell this view what was done on them.

const RESIZE_MS = 80;
const WINDOW_MS = 500;
const CLEAR_MS = 400;
const KEY_ZOOM = 1.5;
const KEY_PAN = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.15], ArrowDown: [0, -0.15] };

class MapView {
  constructor(root) {
    this.root = root;
    this.box = element("div", "vv-map");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.message = element("div", "vv-empty");
    this.message.hidden = true;
    this.posters = new Posters(this);
    this.box.append(this.posters.layer, this.message);
    this.hover = new HoverCard(this.box);
    root.append(
      this.box,
      themeProbe(() => this.redraw()),
    );
    this.queue = Promise.resolve();
    this.listen();
  }

  listen() {
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("pointerdown", () => this.onPress(), true);
    this.box.addEventListener("pointerleave", () => this.onLeave());
    this.box.addEventListener("wheel", () => this.onLeave(), { passive: true });
    this.resizer = new ResizeObserver(() => this.onResize());
    this.resizer.observe(this.box);
  }

  // Nothing is drawn anew under a hand that drags: Plotly would lose its hold.
  onPress() {
    this.box.focus({ preventScroll: true, focusVisible: false });
    this.release?.();
    const letting = new AbortController();
    this.held = new Promise((done) => {
      this.release = () => {
        letting.abort();
        setTimeout(done, 0); // after the mouse events that go with it
      };
    });
    const options = { capture: true, signal: letting.signal };
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, this.release, options);
    window.addEventListener("pointermove", (event) => event.buttons || this.release(), options);
  }

  update(data) {
    this.box.style.setProperty("--vv-height", `${data.height_px}px`);
    this.box.setAttribute("aria-label", data.title);
    if (this.data && asksForTheSame(this.data, data)) return;
    this.data = data;
    this.redraw();
  }

  // One after the other: Plotly answers later, and two drawings at once would mix.
  redraw() {
    this.enqueue(() => this.draw());
  }

  enqueue(work) {
    this.queue = this.queue.then(work).catch((error) => this.tell(error.message));
  }

  async draw() {
    await this.held;
    const { data } = this;
    if (this.gone || !data) return;
    const points = data === this.drawnData ? this.points : await this.read(data);
    if (this.gone || data !== this.data) return; // newer data are on their way
    if (!points.count) {
      this.swap(null);
      this.points = points;
      this.tell("No clips on this map yet.");
      return;
    }
    await this.held; // reading may have taken a while
    const before = this.points;
    this.swap(points instanceof LargePoints ? GlMap : PlotlyMap);
    this.points = points;
    await this.renderer.draw(points, before);
    if (this.gone) return;
    this.drawnData = data;
    this.drawn = points.dimensions;
    this.message.hidden = true;
    this.onLeave();
    this.onSettled();
  }

  read(data) {
    return data.large ? LargePoints.read(data, this.points, this.base) : new SmallPoints(data);
  }

  swap(Renderer) {
    if (Renderer && this.renderer instanceof Renderer) return;
    if (this.renderer) this.renderer.end();
    this.drawn = undefined;
    this.renderer = Renderer ? new Renderer(this) : null;
  }

  tell(sentence) {
    this.message.textContent = sentence;
    this.message.hidden = false;
  }

  // The pointer rests on a point at `place`, in pixels from the upper left corner of the map.
  onRest(row, place) {
    this.hover.rest(this.points, row, place, this.base);
  }

  onLeave() {
    this.hover.hide();
  }

  async onClick(row) {
    const told = await this.points.describe(row).catch((error) => this.tell(error.message));
    if (told && !this.gone) this.send("clicked", told.id);
  }

  onPolygon(corners, keys) {
    if (corners.length < 3) return;
    this.send("polygon", { mode: keys.remove ? "remove" : keys.add ? "add" : "replace", points: corners });
  }

  clear() {
    const now = performance.now();
    if (this.cleared && now - this.cleared < CLEAR_MS) return;
    this.cleared = now;
    this.send("polygon", { mode: "clear", points: [] });
  }

  // What is in view changes right now.
  onMoving() {
    this.onLeave();
    this.posters.follow();
  }

  // A person has changed what is in view; `window` is empty where the map was made to fit.
  onMoved(window) {
    this.onLeave();
    this.onSettled();
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => !this.gone && this.send("window", window), WINDOW_MS);
  }

  // The picture has come to rest.
  onSettled() {
    this.posters.choose();
  }

  onKey(event) {
    if (event.key === "Escape") this.clear();
    if (!this.drawn || event.target !== this.box || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in KEY_PAN) this.renderer.panBy(...KEY_PAN[event.key]);
    else if (event.key === "+" || event.key === "=") this.renderer.zoomBy(KEY_ZOOM);
    else if (event.key === "-") this.renderer.zoomBy(1 / KEY_ZOOM);
    else if (event.key === "0") this.renderer.fit();
    else return;
    event.preventDefault();
  }

  onResize() {
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => this.enqueue(() => this.resize()), RESIZE_MS);
  }

  async resize() {
    if (this.gone || !this.drawn || !this.box.clientWidth) return;
    this.onLeave();
    await this.renderer.resize();
    this.onSettled();
  }

  end() {
    this.gone = true;
    this.release?.();
    this.onLeave();
    this.resizer.disconnect();
    clearTimeout(this.resizing);
    clearTimeout(this.reporting);
    this.posters.end();
    if (this.renderer) this.renderer.end();
  }
}

export default function (component) {
  return mountView(component, MapView);
}
