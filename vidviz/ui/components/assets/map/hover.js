// What appears at a point: a ring around it and, beside it, the clip playing.

const DWELL_MS = 120;
const CARD_GAP_PX = 18;

class HoverCard {
  constructor(box) {
    this.box = box;
    this.ring = element("div", "vv-ring");
    this.card = element("div", "vv-hover");
    box.append(this.ring, this.card);
    this.hide();
  }

  // After a short rest on a point; `place` is in pixels from the upper left corner of the map.
  rest(points, row, place, base) {
    if (row === this.row) return;
    this.hide();
    this.row = row;
    this.dwell = setTimeout(async () => {
      const told = await points.describe(row).catch(() => null);
      if (told && this.row === row) this.show(points, told, place, base);
    }, DWELL_MS);
  }

  show(points, told, place, base) {
    const size = Math.max(points.point_px, 6) + 10;
    Object.assign(this.ring.style, {
      left: `${place.x}px`,
      top: `${place.y}px`,
      width: `${size}px`,
      height: `${size}px`,
    });
    this.ring.hidden = false;
    this.card.replaceChildren(hoverPicture(base, told.id), hoverText(points, told));
    this.card.hidden = false;
    this.put(place);
  }

  // To the right of the point, or to its left where there is no room; never out of the map.
  put(place) {
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const fits = place.x + CARD_GAP_PX + width <= this.box.clientWidth;
    const left = fits ? place.x + CARD_GAP_PX : Math.max(0, place.x - CARD_GAP_PX - width);
    const top = clamp(place.y - height / 2, 0, Math.max(0, this.box.clientHeight - height));
    this.card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    clearTimeout(this.dwell);
    this.row = undefined;
    this.ring.hidden = true;
    this.card.hidden = true;
  }
}

// The poster at once, the strip as soon as it is there.
function hoverPicture(base, clipId) {
  const screen = element("div", "vv-screen");
  const poster = element("img");
  poster.alt = "";
  poster.addEventListener("error", () => poster.classList.add("vv-blank"));
  poster.src = mediaUrl(base, "poster", clipId);
  screen.appendChild(poster);
  if (REDUCED_MOTION.matches) return screen;
  const strip = element("img");
  strip.alt = "";
  strip.addEventListener("load", () => screen.replaceChildren(strip));
  strip.src = mediaUrl(base, "strip", clipId);
  return screen;
}

function hoverText(points, told) {
  const body = element("div", "vv-body");
  body.appendChild(element("div", "vv-line vv-title", told.title));
  const line = element("div", "vv-row");
  if (told.label) line.appendChild(labelChip(told.label, told.colour));
  line.appendChild(element("span", "vv-quiet", timeRange(told.start, told.end)));
  body.appendChild(line);
  if (told.score !== null && Number.isFinite(told.score)) {
    body.appendChild(element("div", "vv-quiet", `${points.score_title} ${told.score.toFixed(3)}`));
  }
  if (told.value !== null && Number.isFinite(told.value)) {
    body.appendChild(element("div", "vv-quiet", `${points.scale.title} ${Number(told.value.toPrecision(4))}`));
  }
  return body;
}
