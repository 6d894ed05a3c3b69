// The map drawn by Plotly: up to some twenty thousand points, and always in three dimensions.

const TWEEN_MS = 400;
const TWEEN_MOST_POINTS = 5000;

class PlotlyMap {
  // `view` is told of what is done: rests, leaves, clicks, draws, moves; see MapView.
  constructor(view) {
    this.view = view;
    this.plot = element("div", "vv-plot");
    view.box.prepend(this.plot);
    this.input = new PlotlyInput(this);
    this.muted = new Set();
  }

  get flat() {
    return this.points.dimensions === 2;
  }

  async draw(points, before) {
    this.Plotly = await loadPlotly(this.view.base);
    if (this.gone) return;
    cancelAnimationFrame(this.tweening);
    const changedKind = this.drawn && this.drawn !== points.dimensions;
    if (changedKind) this.forget();
    const moves =
      before instanceof SmallPoints &&
      this.drawn &&
      before.dimensions === points.dimensions &&
      before.view_key !== points.view_key;
    const start = moves ? startOfTween(points, before) : null;
    const final = points.axes;
    this.points = points;
    if (!this.drawn && points.window && !this.opened) this.openAt(points.window);
    this.opened = true;
    if (start) points.axes = start;
    await this.Plotly.react(this.plot, this.makeTraces(), this.makeLayout(), this.makeConfig());
    if (this.gone) return;
    if (!this.drawn) this.input.listenToPlot();
    this.drawn = points.dimensions;
    if (start) this.tween(points, start, final);
  }

  openAt(window) {
    const key = this.points.view_key;
    if (this.flat) this.zoom = { key, x: window.slice(0, 2), y: window.slice(2) };
    else this.turn = { key, camera: windowCamera(window) };
  }

  makeTraces() {
    const { points } = this;
    const theme = readTheme(this.view.root);
    const kind = points.dimensions === 3 ? "scatter3d" : hasWebGL() ? "scattergl" : "scatter";
    const parts = splitRows(points);
    const traces = parts.map((part) => pointTrace(points, part, kind, theme));
    this.rowsOf = parts.map((part) => part.rows);
    if (this.flat) traces.push(extentTrace(points, kind));
    if (points.lines.length) traces.push(lineTrace(points, kind, theme));
    for (const path of points.paths) traces.push(...pathTraces(points, path, kind, theme));
    if (points.current_row !== null && !points.isHidden(points.current_row)) {
      traces.push(currentTrace(points, points.current_row, kind, theme));
    }
    // What the legend hides is kept here: a trace that is new because of a selection would show otherwise.
    for (const trace of traces) trace.visible = this.muted.has(trace.legendgroup) ? "legendonly" : true;
    return traces;
  }

  makeLayout() {
    this.revision = (this.revision || 0) + 1;
    const { points } = this;
    this.narrow = this.view.box.clientWidth < NARROW_PX;
    const layout = mapLayout(points, readTheme(this.view.root), this.narrow);
    if (this.flat) {
      layout.dragmode = this.tool || "pan";
      if (this.zoom && this.zoom.key === points.view_key) {
        Object.assign(layout.xaxis, { range: [...this.zoom.x], autorange: false });
        Object.assign(layout.yaxis, { range: [...this.zoom.y], autorange: false });
      }
    } else if (this.turn && this.turn.key === points.view_key) {
      layout.scene.camera = this.turn.camera;
    }
    return { ...layout, selectionrevision: this.revision, selections: [] };
  }

  makeConfig() {
    const fit = { name: "fit", title: "Fit all points", icon: this.Plotly.Icons.home, click: () => this.fit() };
    const buttons = this.flat
      ? [["pan2d", "zoom2d", "lasso2d", "select2d"], ["zoomIn2d", "zoomOut2d", fit], ["toImage"]]
      : [["orbitRotation", "pan3d", "zoom3d"], [fit], ["toImage"]];
    return {
      scrollZoom: true,
      displaylogo: false,
      displayModeBar: true,
      doubleClick: false,
      modeBarButtons: buttons,
      toImageButtonOptions: { format: "png", filename: "vidviz-map", scale: 2 },
      showTips: false,
    };
  }

  // Pixels from the upper left corner of the map.
  placeOf(row) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    return { x: xaxis._offset + xaxis.d2p(this.points.x(row)), y: yaxis._offset + yaxis.d2p(this.points.y(row)) };
  }

  // Where points are drawn, in the same pixels.
  get stage() {
    const { xaxis, yaxis } = this.plot._fullLayout;
    return { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length };
  }

  fit() {
    if (this.flat) this.Plotly.relayout(this.plot, { "xaxis.autorange": true, "yaxis.autorange": true });
    else this.Plotly.relayout(this.plot, { "scene.camera": windowCamera(cameraWindow({ eye: EYE })) });
  }

  zoomBy(factor) {
    if (!this.flat) {
      const camera = windowCamera(cameraWindow(this.plot._fullLayout.scene.camera));
      for (const axis of AXES) camera.eye[axis] /= factor;
      this.Plotly.relayout(this.plot, { "scene.camera": camera });
      return;
    }
    this.lookAt(([low, high]) => [
      (low + high) / 2 - (high - low) / 2 / factor,
      (low + high) / 2 + (high - low) / 2 / factor,
    ]);
  }

  // By shares of what is in view.
  panBy(right, up) {
    if (!this.flat) return;
    this.lookAt(([low, high], i) => [low, high].map((value) => value + (high - low) * [right, up][i]));
  }

  lookAt(change) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    const [x, y] = [xaxis.range, yaxis.range].map(change);
    this.Plotly.relayout(this.plot, {
      "xaxis.range[0]": x[0],
      "xaxis.range[1]": x[1],
      "yaxis.range[0]": y[0],
      "yaxis.range[1]": y[1],
    });
  }

  tween(points, start, final) {
    const begun = performance.now();
    const draw = async () => {
      if (this.gone || this.points !== points) {
        points.axes = final;
        return;
      }
      const part = clamp((performance.now() - begun) / TWEEN_MS, 0, 1);
      const ease = part < 1 ? 1 - (1 - part) ** 3 : 1;
      points.axes =
        ease === 1 ? final : start.map((axis, i) => axis.map((value, row) => value + (final[i][row] - value) * ease));
      const traces = this.makeTraces();
      const moved = {};
      AXES.slice(0, points.dimensions).forEach((name) => (moved[name] = traces.map((trace) => trace[name])));
      await this.Plotly.restyle(this.plot, moved);
      if (part < 1) this.tweening = requestAnimationFrame(draw);
      else this.view.onSettled();
    };
    this.tweening = requestAnimationFrame(draw);
  }

  async resize() {
    if (!this.drawn) return;
    const narrow = this.view.box.clientWidth < NARROW_PX;
    if (narrow !== this.narrow) this.view.redraw();
    await this.Plotly.Plots.resize(this.plot);
  }

  // A browser keeps about sixteen GL contexts; each map gives its own back.
  forget() {
    for (const canvas of this.plot.querySelectorAll("canvas")) {
      const context = canvas.getContext("webgl2") || canvas.getContext("webgl");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
    }
    this.Plotly.purge(this.plot);
    this.drawn = undefined;
  }

  end() {
    this.gone = true;
    cancelAnimationFrame(this.tweening);
    this.input.end();
    if (this.drawn) this.forget();
    this.plot.remove();
  }
}

// Where the points stood on the map before, new ones at their place already.
function startOfTween(points, before) {
  if (REDUCED_MOTION.matches || points.count > TWEEN_MOST_POINTS) return null;
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

// Plotly is one file of ours, loaded once a page by whoever comes first.
function loadPlotly(base) {
  if (!window.vidvizPlotly) {
    window.vidvizPlotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${base}vidviz/asset/plotly.min.js`;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        window.vidvizPlotly = null;
        reject(new Error("Plotly could not be loaded from this server."));
      };
      document.head.appendChild(script);
    });
  }
  return window.vidvizPlotly;
}

function hasWebGL() {
  if (window.vidvizWebGL === undefined) {
    const context = document.createElement("canvas").getContext("webgl");
    window.vidvizWebGL = Boolean(context);
    if (context) context.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return window.vidvizWebGL;
}
