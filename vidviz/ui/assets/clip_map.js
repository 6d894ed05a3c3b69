// The map of clips. Points in; the clip under the pointer, clicks and polygons out.

const DWELL_MS = 120;
const NARROW_PX = 800; // below, the legend goes under the map
const TWEEN_MS = 400;
const TWEEN_MOST_POINTS = 5000;

class MapView {
  constructor(root) {
    this.root = root;
    this.box = element("div", "vv-map");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.plot = element("div", "vv-plot");
    this.message = element("div", "vv-empty");
    this.message.hidden = true;
    this.box.append(this.plot, this.message);
    this.card = new HoverCard(this.box);
    root.append(this.box, themeProbe(() => this.redraw()));
    this.keys = {};
    this.drawing = Promise.resolve();
    this.listen();
  }

  listen() {
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.clear();
    });
    this.box.addEventListener("pointerdown", () => this.box.focus({ preventScroll: true }), true);
    for (const name of ["mousedown", "mousemove", "mouseup"]) {
      window.addEventListener(name, (this.noteKeys = this.noteKeys || ((event) => this.readKeys(event))), true);
    }
    this.box.addEventListener("mousedown", (event) => this.withoutCtrl(event), true);
    this.box.addEventListener("pointerdown", (event) => (this.pressed = { row: this.hovered, event }), true);
    this.box.addEventListener("pointerup", (event) => this.onRelease(event), true);
    this.box.addEventListener("pointerleave", () => this.hideHover());
    this.box.addEventListener("wheel", () => this.hideHover(), { passive: true });
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.box);
  }

  readKeys(event) {
    this.keys = { add: event.shiftKey, remove: event.ctrlKey || event.metaKey || event.altKey };
  }

  // Plotly takes a press with ctrl for a right click and alt for its own subtraction; both mean "remove" here.
  withoutCtrl(event) {
    if (event.button !== 0 || !event.isTrusted || !(event.ctrlKey || event.altKey || event.shiftKey)) return;
    if (!event.target.closest(".draglayer") || !["lasso", "select"].includes(this.plot.layout?.dragmode)) return;
    event.stopPropagation();
    event.preventDefault();
    const { clientX, clientY, screenX, screenY } = event;
    const plain = { bubbles: true, cancelable: true, composed: true, view: window, button: 0, buttons: 1 };
    event.target.dispatchEvent(new MouseEvent("mousedown", { ...plain, clientX, clientY, screenX, screenY }));
  }

  update(data) {
    const before = this.points;
    this.points = readPoints(data);
    this.box.style.setProperty("--vv-height", `${data.height_px}px`);
    this.box.setAttribute("aria-label", data.title);
    const empty = this.points.ids.length === 0;
    this.message.hidden = !empty;
    this.plot.hidden = empty;
    this.message.textContent = "No clips on this map yet.";
    this.rowOf = new Map(Array.from(this.points.ids, (id, row) => [id, row]));
    if (!empty) this.redraw(before);
  }

  // One after the other: Plotly answers later, and two drawings at once would mix.
  redraw(before) {
    this.drawing = this.drawing.then(() => this.draw(before)).catch((error) => {
      this.message.textContent = error.message;
      this.message.hidden = false;
    });
  }

  async draw(before) {
    if (this.gone || !this.points || !this.points.ids.length) return;
    this.Plotly = await loadPlotly(this.base);
    if (this.gone) return;
    const { points } = this;
    cancelAnimationFrame(this.tweening);
    const changedKind = this.drawn && this.drawn !== points.dimensions;
    if (changedKind) this.free();
    const moves = before && !changedKind && before.dimensions === points.dimensions && before.view_key !== points.view_key;
    const start = moves ? this.startOfTween(before) : null;
    const final = points.axes;
    if (start) points.axes = start;
    await this.Plotly.react(this.plot, this.makeTraces(), this.makeLayout(), this.makeConfig());
    this.hideHover();
    if (!this.drawn) this.listenToPlot();
    this.drawn = points.dimensions;
    if (start) this.tween(points, start, final);
  }

  makeTraces() {
    const { points } = this;
    const theme = this.theme();
    const flat = hasWebGL() ? "scattergl" : "scatter";
    const kind = points.dimensions === 3 ? "scatter3d" : flat;
    this.parts = splitRows(points);
    const traces = this.parts.map((part) => pointTrace(points, part, kind, theme));
    this.rowsOf = this.parts.map((part) => part.rows);
    if (points.lines.length) traces.push(lineTrace(points, kind, theme));
    const row = points.current === null ? undefined : this.rowOf.get(points.current);
    if (row !== undefined) traces.push(currentTrace(points, row, kind, theme));
    return traces;
  }

  makeLayout() {
    this.revision = (this.revision || 0) + 1;
    const layout = mapLayout(this.points, this.theme(), this.box.clientWidth < NARROW_PX);
    if (this.points.dimensions === 2) {
      layout.dragmode = this.tool || "pan";
      if (this.zoom && this.zoom.key === this.points.view_key) {
        Object.assign(layout.xaxis, { range: [...this.zoom.x], autorange: false });
        Object.assign(layout.yaxis, { range: [...this.zoom.y], autorange: false });
      }
    }
    return { ...layout, selectionrevision: this.revision, selections: [] };
  }

  makeConfig() {
    const { Plotly } = this;
    const fit = { name: "fit", title: "Fit all points", icon: Plotly.Icons.home, click: () => this.fit() };
    const buttons = this.points.dimensions === 3
      ? [["orbitRotation", "pan3d", "zoom3d"], [fit], ["toImage"]]
      : [["pan2d", "zoom2d", "lasso2d", "select2d"], ["zoomIn2d", "zoomOut2d", fit], ["toImage"]];
    return {
      scrollZoom: true, displaylogo: false, displayModeBar: true, doubleClick: false, modeBarButtons: buttons,
      toImageButtonOptions: { format: "png", filename: "vidviz-map", scale: 2 }, showTips: false,
    };
  }

  theme() {
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    const text = read("--st-text-color");
    return {
      text, page: read("--st-background-color"), line: read("--st-border-color"), accent: read("--st-primary-color"),
      quiet: mixColours(text, read("--st-background-color"), 0.4), font: read("--st-font") || "sans-serif",
    };
  }

  listenToPlot() {
    const on = (name, act) => this.plot.on(name, act);
    on("plotly_hover", (event) => this.onHover(event));
    on("plotly_unhover", () => this.hideHover());
    on("plotly_relayouting", () => this.hideHover());
    on("plotly_relayout", (change) => this.onRelayout(change));
    on("plotly_click", (event) => this.onClick(event));
    on("plotly_selected", (event) => this.onSelected(event));
    on("plotly_deselect", () => this.clear());
    on("plotly_doubleclick", () => this.clear());
  }

  // The tool in hand and the part in view are kept here: Plotly's own memory of them loses some.
  onRelayout(change) {
    if (this.points.dimensions !== 2) return;
    if (change.dragmode) this.tool = change.dragmode;
    const { xaxis, yaxis } = this.plot._fullLayout;
    if (change["xaxis.autorange"]) this.zoom = null;
    else if ("xaxis.range[0]" in change || "yaxis.range[0]" in change) {
      this.zoom = { key: this.points.view_key, x: [...xaxis.range], y: [...yaxis.range] };
    }
  }

  rowAt(event) {
    const hit = event && event.points && event.points.find((point) => this.rowsOf[point.curveNumber]);
    return hit ? { row: this.rowsOf[hit.curveNumber][hit.pointNumber], hit } : null;
  }

  // In 3-D Plotly sees a click only when a frame is drawn while the button is down; a quick one would be lost.
  onRelease(event) {
    const pressed = this.pressed;
    this.pressed = null;
    if (!pressed || pressed.row === undefined || this.points.dimensions !== 3) return;
    const way = Math.hypot(event.clientX - pressed.event.clientX, event.clientY - pressed.event.clientY);
    if (way < 4) this.send("clicked", this.points.ids[pressed.row]);
  }

  onClick(event) {
    if (this.points.dimensions === 3) return;
    const at = this.rowAt(event);
    if (at && at.row !== undefined) this.send("clicked", this.points.ids[at.row]);
  }

  onSelected(event) {
    const { lassoPoints: lasso, range } = event || {};
    // Plotly says it again, without a shape, when the outline is taken away.
    if (!lasso && !range) return;
    let corners = [];
    if (lasso) corners = thinPolygon(lasso.x, lasso.y);
    else {
      const [[left, right], [low, high]] = [range.x, range.y];
      corners = thinPolygon([left, right, right, left], [low, low, high, high]);
    }
    // The outline goes; who is inside is the server's word.
    setTimeout(() => !this.gone && this.Plotly.update(this.plot, { selectedpoints: null }, { selections: [] }), 0);
    if (corners.length < 3) return;
    const mode = this.keys.remove ? "remove" : this.keys.add ? "add" : "replace";
    this.send("polygon", { mode, points: corners });
  }

  clear() {
    const now = performance.now();
    if (this.cleared && now - this.cleared < 400) return;
    this.cleared = now;
    this.send("polygon", { mode: "clear", points: [] });
  }

  fit() {
    if (this.points.dimensions === 3) {
      this.Plotly.relayout(this.plot, { "scene.camera": { eye: { ...EYE } } });
    } else {
      this.Plotly.relayout(this.plot, { "xaxis.autorange": true, "yaxis.autorange": true });
    }
  }

  onHover(event) {
    const at = this.rowAt(event);
    if (!at || at.row === undefined) return this.hideHover();
    if (at.row === this.hovered) return undefined;
    this.hideHover();
    this.hovered = at.row;
    const place = this.placeOf(at.hit);
    this.dwell = setTimeout(() => this.card.show(this.points, at.row, place, this.base), DWELL_MS);
    return undefined;
  }

  // Pixels from the upper left corner of the plot.
  placeOf(hit) {
    if (this.points.dimensions === 3 || !hit.xaxis) {
      const box = hit.bbox || { x0: 0, x1: 0, y0: 0, y1: 0 };
      return { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 };
    }
    return { x: hit.xaxis._offset + hit.xaxis.d2p(hit.x), y: hit.yaxis._offset + hit.yaxis.d2p(hit.y) };
  }

  hideHover() {
    clearTimeout(this.dwell);
    this.hovered = undefined;
    this.card.hide();
  }

  // Where the points stood on the map before, new ones at their place already.
  startOfTween(before) {
    const { points } = this;
    if (REDUCED_MOTION.matches || points.ids.length > TWEEN_MOST_POINTS) return null;
    const rowBefore = new Map(Array.from(before.ids, (id, row) => [id, row]));
    let known = 0;
    const start = points.axes.map((axis) => axis.slice());
    points.ids.forEach((id, row) => {
      const old = rowBefore.get(id);
      if (old === undefined) return;
      known += 1;
      start.forEach((axis, i) => (axis[row] = before.axes[i][old]));
    });
    return known ? start : null;
  }

  tween(points, start, final) {
    const begun = performance.now();
    const names = ["x", "y", "z"];
    const draw = async () => {
      if (this.gone || this.points !== points) {
        points.axes = final;
        return;
      }
      const part = clamp((performance.now() - begun) / TWEEN_MS, 0, 1);
      const ease = part < 1 ? 1 - (1 - part) ** 3 : 1;
      points.axes = ease === 1 ? final : start.map((axis, i) => axis.map((value, row) => value + (final[i][row] - value) * ease));
      const traces = this.makeTraces();
      const moved = {};
      names.slice(0, points.dimensions).forEach((name) => (moved[name] = traces.map((trace) => trace[name])));
      await this.Plotly.restyle(this.plot, moved);
      if (part < 1) this.tweening = requestAnimationFrame(draw);
    };
    this.tweening = requestAnimationFrame(draw);
  }

  resize() {
    if (!this.drawn || !this.box.clientWidth) return;
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => {
      if (this.gone) return;
      this.hideHover();
      const narrow = this.box.clientWidth < NARROW_PX;
      if (narrow !== this.narrow) this.redraw();
      this.narrow = narrow;
      this.Plotly.Plots.resize(this.plot);
    }, 80);
  }

  // A browser keeps about sixteen GL contexts; each map gives its own back.
  free() {
    for (const canvas of this.plot.querySelectorAll("canvas")) {
      const context = canvas.getContext("webgl2") || canvas.getContext("webgl");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
    }
    this.Plotly.purge(this.plot);
    this.drawn = undefined;
  }

  end() {
    this.gone = true;
    this.hideHover();
    this.resizer.disconnect();
    clearTimeout(this.resizing);
    cancelAnimationFrame(this.tweening);
    for (const name of ["mousedown", "mousemove", "mouseup"]) window.removeEventListener(name, this.noteKeys, true);
    if (this.drawn) this.free();
  }
}

export default function (component) {
  return mountView(component, MapView);
}
