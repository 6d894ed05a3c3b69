// What appears at a point: a ring around it and, beside it, the clip playing.

const CARD_GAP_PX = 18;

class HoverCard {
  constructor(box) {
    this.box = box;
    this.ring = element("div", "vv-ring");
    this.card = element("div", "vv-hover");
    box.append(this.ring, this.card);
    this.hide();
  }

  // `place` is in pixels from the upper left corner of the map.
  show(points, row, place, base) {
    const size = points.point_px + 10;
    Object.assign(this.ring.style, { left: `${place.x}px`, top: `${place.y}px`, width: `${size}px`, height: `${size}px` });
    this.ring.hidden = false;
    this.card.replaceChildren(hoverPicture(base, points.ids[row]), hoverText(points, row));
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

function hoverText(points, row) {
  const body = element("div", "vv-body");
  body.appendChild(element("div", "vv-line vv-title", points.titles[points.titleOf[row]]));
  const line = element("div", "vv-row");
  const label = points.labels[points.labelOf[row]];
  if (label) line.appendChild(labelChip(label, points.groupOf ? points.groups.colours[points.groupOf[row]] : null));
  line.appendChild(element("span", "vv-quiet", timeRange(points.starts[row], points.ends[row])));
  body.appendChild(line);
  if (points.scores && Number.isFinite(points.scores[row])) {
    body.appendChild(element("div", "vv-quiet", `${points.score_title} ${points.scores[row].toFixed(3)}`));
  }
  if (points.values && Number.isFinite(points.values[row])) {
    body.appendChild(element("div", "vv-quiet", `${points.scale.title} ${Number(points.values[row].toPrecision(4))}`));
  }
  return body;
}
