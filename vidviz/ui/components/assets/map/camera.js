// Which part of the map is in view: its centre, and how many pixels a unit of the map takes, alike in x and y.

const FIT_SHARE = 0.92;
const LEAST_ZOOM = 0.2; // of the whole
const GREATEST_ZOOM = 1e5; // beyond, float32 coordinates fall apart

class Camera {
  constructor(bounds) {
    this.bounds = bounds;
    this.fitted = true;
    this.resize(1, 1);
  }

  resize(width, height) {
    Object.assign(this, { width: Math.max(width, 1), height: Math.max(height, 1) });
    const [x0, x1, y0, y1] = this.bounds;
    const wide = (this.width * FIT_SHARE) / (x1 - x0);
    const high = (this.height * FIT_SHARE) / (y1 - y0);
    const whole = Math.min(wide, high);
    this.whole = Number.isFinite(whole) ? whole : Math.min(this.width, this.height) / 2; // all points in one place
    if (this.fitted) this.fit();
    else if (this.waiting) this.show(this.waiting);
  }

  fit() {
    const [x0, x1, y0, y1] = this.bounds;
    Object.assign(this, { x: (x0 + x1) / 2, y: (y0 + y1) / 2, unit: this.whole, fitted: true, waiting: null });
  }

  // All of the window, and more where its shape is another than the map's.
  show(window) {
    const [x0, x1, y0, y1] = window;
    const unit = Math.min(this.width / (x1 - x0), this.height / (y1 - y0));
    Object.assign(this, { x: (x0 + x1) / 2, y: (y0 + y1) / 2, unit: this.bound(unit), fitted: false, waiting: window });
  }

  bound(unit) {
    return clamp(unit, this.whole * LEAST_ZOOM, this.whole * GREATEST_ZOOM);
  }

  zoomAt(place, factor) {
    const [x, y] = this.toMap(place);
    this.unit = this.bound(this.unit * factor);
    this.x = x - (place.x - this.width / 2) / this.unit;
    this.y = y + (place.y - this.height / 2) / this.unit;
    this.touched();
  }

  pan(right, down) {
    this.x -= right / this.unit;
    this.y += down / this.unit;
    this.touched();
  }

  touched() {
    Object.assign(this, { fitted: false, waiting: null });
  }

  // Pixels from the upper left corner of the stage.
  toStage(x, y) {
    return { x: this.width / 2 + (x - this.x) * this.unit, y: this.height / 2 - (y - this.y) * this.unit };
  }

  toMap(place) {
    return [this.x + (place.x - this.width / 2) / this.unit, this.y - (place.y - this.height / 2) / this.unit];
  }

  get window() {
    const [right, up] = [this.width / 2 / this.unit, this.height / 2 / this.unit];
    return [this.x - right, this.x + right, this.y - up, this.y + up];
  }

  // The way from where another camera looks; of the sizes in proportion, so that it looks even.
  between(other, share) {
    const mix = (a, b) => a + (b - a) * share;
    const unit = other.unit * (this.unit / other.unit) ** share;
    return { x: mix(other.x, this.x), y: mix(other.y, this.y), unit, width: this.width, height: this.height };
  }
}
