// What a person does on a map that Plotly draws, in the words of MapView.

const HELD_EVENTS = ["mousedown", "mousemove", "mouseup"];
const CLICK_PX = 4;

class PlotlyInput {
  constructor(map) {
    this.map = map;
    this.view = map.view;
    this.keys = {};
    this.noteKeys = (event) => (this.keys = heldKeys(event));
    for (const name of HELD_EVENTS) window.addEventListener(name, this.noteKeys, true);
    map.plot.addEventListener("mousedown", (event) => this.withoutCtrl(event), true);
    map.plot.addEventListener("pointerdown", (event) => (this.pressed = { row: this.view.hover.row, event }), true);
    map.plot.addEventListener("pointerup", (event) => this.onRelease(event), true);
  }

  listenToPlot() {
    const on = (name, act) => this.map.plot.on(name, act);
    on("plotly_hover", (event) => this.onHover(event));
    on("plotly_unhover", () => this.view.onLeave());
    on("plotly_relayouting", () => this.view.onMoving());
    on("plotly_relayout", (change) => this.onRelayout(change));
    on("plotly_restyle", () => this.noteLegend());
    on("plotly_click", (event) => this.onClick(event));
    on("plotly_selected", (event) => this.onSelected(event));
    on("plotly_deselect", () => this.view.clear());
    on("plotly_doubleclick", () => this.view.clear());
  }

  // Plotly takes a press with ctrl for a right click and alt for its own subtraction; both mean "remove" here.
  withoutCtrl(event) {
    if (event.button !== 0 || !event.isTrusted || !(event.ctrlKey || event.altKey || event.shiftKey)) return;
    if (!event.target.closest(".draglayer") || !["lasso", "select"].includes(this.map.plot.layout?.dragmode)) return;
    event.stopPropagation();
    event.preventDefault();
    const { clientX, clientY, screenX, screenY } = event;
    const plain = { bubbles: true, cancelable: true, composed: true, view: window, button: 0, buttons: 1 };
    event.target.dispatchEvent(new MouseEvent("mousedown", { ...plain, clientX, clientY, screenX, screenY }));
  }

  // The tool in hand, the part in view and what the legend hides are kept here: Plotly's own memory of them loses some.
  onRelayout(change) {
    const { map } = this;
    const key = map.points.view_key;
    if (!map.flat) {
      if (!change["scene.camera"]) return;
      map.turn = { key, camera: change["scene.camera"] };
      const window = cameraWindow(map.turn.camera);
      this.view.onMoved(String(window) === String(cameraWindow({ eye: EYE })) ? [] : window);
      return;
    }
    if (change.dragmode) map.tool = change.dragmode;
    const { xaxis, yaxis } = map.plot._fullLayout;
    if (change["xaxis.autorange"]) {
      map.zoom = null;
      this.view.onMoved([]);
    } else if ("xaxis.range[0]" in change || "yaxis.range[0]" in change) {
      map.zoom = { key, x: [...xaxis.range], y: [...yaxis.range] };
      this.view.onMoved([...xaxis.range, ...yaxis.range]);
    }
  }

  noteLegend() {
    const { map } = this;
    const named = map.plot.data.filter((trace) => trace.legendgroup);
    for (const trace of named) {
      if (trace.visible === "legendonly") map.muted.add(trace.legendgroup);
      else map.muted.delete(trace.legendgroup);
    }
    this.view.onSettled();
  }

  hitOf(event) {
    const { rowsOf } = this.map;
    const hit = event && event.points && event.points.find((point) => rowsOf[point.curveNumber]);
    return hit ? { row: rowsOf[hit.curveNumber][hit.pointNumber], hit } : {};
  }

  onHover(event) {
    const { row, hit } = this.hitOf(event);
    if (row === undefined) this.view.onLeave();
    else this.view.onRest(row, this.map.flat ? this.map.placeOf(row) : middleOf(hit.bbox));
  }

  // In 3-D Plotly sees a click only when a frame is drawn while the button is down; a quick one would be lost.
  onRelease(event) {
    const pressed = this.pressed;
    this.pressed = null;
    if (!pressed || pressed.row === undefined || this.map.flat) return;
    const way = Math.hypot(event.clientX - pressed.event.clientX, event.clientY - pressed.event.clientY);
    if (way < CLICK_PX) this.view.onClick(pressed.row);
  }

  onClick(event) {
    if (!this.map.flat) return;
    const { row } = this.hitOf(event);
    if (row !== undefined) this.view.onClick(row);
  }

  onSelected(event) {
    const { lassoPoints: lasso, range } = event || {};
    // Plotly says it again, without a shape, when the outline is taken away.
    if (!lasso && !range) return;
    const { plot, Plotly } = this.map;
    const [xs, ys] = lasso ? [lasso.x, lasso.y] : boxCorners(range.x, range.y);
    // The outline goes; who is inside is the server's word.
    setTimeout(() => !this.map.gone && Plotly.update(plot, { selectedpoints: null }, { selections: [] }), 0);
    this.view.onPolygon(thinPolygon(xs, ys), this.keys);
  }

  end() {
    for (const name of HELD_EVENTS) window.removeEventListener(name, this.noteKeys, true);
  }
}

function heldKeys(event) {
  return { add: event.shiftKey, remove: event.ctrlKey || event.metaKey || event.altKey };
}

function boxCorners([left, right], [low, high]) {
  return [
    [left, right, right, left],
    [low, low, high, high],
  ];
}

function middleOf(box) {
  return box ? { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 } : { x: 0, y: 0 };
}
