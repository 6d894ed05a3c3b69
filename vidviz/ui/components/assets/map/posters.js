// Posters instead of dots where they fit: chosen so that none lies over another, and chosen anew when the map rests.

const MOST_POSTERS = 150;
const POSTER_PX = { width: 64, height: 40 };
const POSTER_GAP_PX = 4;
const CHOOSE_MS = 150;

class Posters {
  constructor(view) {
    this.view = view;
    this.layer = element("div", "vv-posters");
    this.shown = new Map(); // row -> picture
  }

  get wanted() {
    const { points, drawn } = this.view;
    return Boolean(drawn && points.thumbnails && points.dimensions === 2);
  }

  // The posters go along with their points.
  follow() {
    if (!this.wanted) return;
    for (const [row, poster] of this.shown) putPoster(poster, this.view.renderer.placeOf(row), this.stage);
  }

  choose() {
    clearTimeout(this.choosing);
    if (!this.wanted) {
      this.clear();
      return;
    }
    this.place();
    this.choosing = setTimeout(() => this.renew(), CHOOSE_MS);
  }

  // The layer covers exactly what the renderer draws on, so that posters are cut where points are.
  place() {
    this.stage = this.view.renderer.stage;
    for (const [name, value] of Object.entries(this.stage)) this.layer.style[name] = `${value}px`;
    if (this.points !== this.view.points) this.clear();
    this.points = this.view.points;
    this.follow();
  }

  renew() {
    if (this.view.gone || !this.wanted || this.points !== this.view.points) return;
    const { points, renderer, base } = this.view;
    const rows = this.fittingRows();
    for (const [row, poster] of this.shown) {
      if (rows.has(row)) continue;
      poster.remove();
      this.shown.delete(row);
    }
    for (const row of rows) {
      if (this.shown.has(row)) continue;
      const poster = makePoster(base, points.clipId(row), points.colourOf(row));
      putPoster(poster, renderer.placeOf(row), this.stage);
      this.shown.set(row, poster);
      this.layer.appendChild(poster);
    }
  }

  // Rows in an order that looks random and is always the same; what is shown already comes first and stays.
  fittingRows() {
    const { points, renderer } = this.view;
    const room = new PosterRoom(this.stage);
    const muted = renderer.muted;
    const rows = new Set();
    const consider = (row) => {
      if (points.isHidden(row) || points.isFaded(row) || (muted.size && muted.has(points.partOf(row)))) return;
      if (room.take(renderer.placeOf(row))) rows.add(row);
    };
    for (const row of this.shown.keys()) consider(row);
    const step = strideThrough(points.count);
    for (let i = 0, row = 0; i < points.count && rows.size < MOST_POSTERS; i++, row = (row + step) % points.count) {
      if (!rows.has(row)) consider(row);
    }
    return rows;
  }

  clear() {
    this.shown.clear();
    this.layer.replaceChildren();
  }

  end() {
    clearTimeout(this.choosing);
    this.clear();
  }
}

// Which places are still free: one poster a cell at most, and none that overlaps one of a cell beside it.
class PosterRoom {
  constructor({ left, top, width, height }) {
    Object.assign(this, { left, top, width, height });
    this.step = { x: POSTER_PX.width + POSTER_GAP_PX, y: POSTER_PX.height + POSTER_GAP_PX };
    this.taken = new Map();
  }

  take({ x, y }) {
    const [right, down] = [x - this.left, y - this.top];
    if (!(right >= 0 && right < this.width && down >= 0 && down < this.height)) return false;
    const [column, line] = [Math.floor(right / this.step.x), Math.floor(down / this.step.y)];
    for (let c = column - 1; c <= column + 1; c++) {
      for (let l = line - 1; l <= line + 1; l++) {
        const other = this.taken.get(l * 4096 + c);
        if (other && Math.abs(other.x - x) < this.step.x && Math.abs(other.y - y) < this.step.y) return false;
      }
    }
    this.taken.set(line * 4096 + column, { x, y });
    return true;
  }
}

// A step near the golden section of the count that shares no factor with it: it visits every row once.
function strideThrough(count) {
  const divisor = (a, b) => (b ? divisor(b, a % b) : a);
  let step = Math.max(1, Math.floor(count * 0.618));
  while (divisor(step, count) !== 1) step += 1;
  return step;
}

function makePoster(base, clipId, colour) {
  const poster = element("img", "vv-poster");
  poster.alt = "";
  poster.decoding = "async";
  poster.addEventListener("error", () => poster.classList.add("vv-blank"));
  poster.addEventListener("load", () => poster.classList.add("vv-there"));
  poster.style.width = `${POSTER_PX.width}px`;
  poster.style.height = `${POSTER_PX.height}px`;
  if (isColour(colour)) poster.style.borderColor = colour;
  poster.src = mediaUrl(base, "poster", clipId);
  return poster;
}

function putPoster(poster, place, stage) {
  const [x, y] = [place.x - stage.left - POSTER_PX.width / 2, place.y - stage.top - POSTER_PX.height / 2];
  poster.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
}
