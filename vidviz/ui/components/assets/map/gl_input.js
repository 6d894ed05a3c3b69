// The pointer on a large map: pan, zoom box, lasso, box, click, double click, wheel.

const HOVER_PX = 14;
const WHEEL_ZOOM = 0.0015;
const LINE_PX = 16; // a wheel that counts lines
const LASSO_STEP_PX = 2;

class GlInput {
  constructor(map) {
    this.map = map;
    this.tool = "pan";
    const on = (name, act, options) => map.area.addEventListener(name, act, options);
    on("pointerdown", (event) => this.onDown(event));
    on("pointermove", (event) => this.onMove(event));
    on("pointerup", (event) => this.onUp(event));
    on("pointercancel", () => this.drop());
    on("dblclick", () => map.view.clear());
    on("wheel", (event) => this.onWheel(event), { passive: false });
    on("contextmenu", (event) => event.ctrlKey && event.preventDefault()); // ctrl and a press on a Mac
  }

  placeOf(event) {
    const box = this.map.area.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  onDown(event) {
    if (event.button !== 0) return;
    const place = this.placeOf(event);
    this.map.area.setPointerCapture(event.pointerId);
    this.held = { start: place, last: place, way: [place], moved: false };
  }

  onMove(event) {
    const place = this.placeOf(event);
    const { held, map } = this;
    if (!held) {
      const row = map.rowAt(place);
      if (row < 0) map.view.onLeave();
      else map.view.onRest(row, map.placeOf(row));
      return;
    }
    held.moved = held.moved || Math.hypot(place.x - held.start.x, place.y - held.start.y) >= CLICK_PX;
    if (!held.moved) return;
    map.view.onLeave();
    this.drag(held, place);
    held.last = place;
  }

  drag(held, place) {
    const { map } = this;
    if (this.tool === "pan") {
      map.camera.pan(place.x - held.last.x, place.y - held.last.y);
      map.moving();
      return;
    }
    const last = held.way[held.way.length - 1];
    if (Math.hypot(place.x - last.x, place.y - last.y) >= LASSO_STEP_PX) held.way.push(place);
    map.outline = this.tool === "lasso" ? held.way : boxOf(held.start, place);
    map.sketchSoon();
  }

  onUp(event) {
    const { held, map } = this;
    this.drop();
    if (!held) return;
    const place = this.placeOf(event);
    if (!held.moved) {
      const row = map.rowAt(place);
      if (row >= 0 && event.detail < 2) map.view.onClick(row);
    } else if (this.tool === "pan") map.moved();
    else if (this.tool === "zoom") this.zoomTo(boxOf(held.start, place));
    else this.select(this.tool === "lasso" ? held.way : boxOf(held.start, place), event);
  }

  drop() {
    this.held = null;
    if (this.map.outline) {
      this.map.outline = null;
      this.map.sketchSoon();
    }
  }

  select(places, event) {
    const corners = places.map((place) => this.map.camera.toMap(place));
    this.map.view.onPolygon(
      thinPolygon(
        corners.map(([x]) => x),
        corners.map(([, y]) => y),
      ),
      heldKeys(event),
    );
  }

  zoomTo([first, , opposite]) {
    const [[xa, ya], [xb, yb]] = [first, opposite].map((place) => this.map.camera.toMap(place));
    if (xa === xb || ya === yb) return;
    this.map.camera.show([Math.min(xa, xb), Math.max(xa, xb), Math.min(ya, yb), Math.max(ya, yb)]);
    this.map.camera.touched();
    this.map.moved();
  }

  onWheel(event) {
    event.preventDefault();
    const steps = event.deltaY * (event.deltaMode === 1 ? LINE_PX : 1);
    this.map.camera.zoomAt(this.placeOf(event), Math.exp(clamp(-steps * WHEEL_ZOOM, -0.25, 0.25)));
    this.map.moved();
  }
}

function boxOf(a, b) {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}
