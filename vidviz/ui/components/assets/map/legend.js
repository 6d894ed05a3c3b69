// The legend of a large map: groups and paths that a click hides or shows and a double click isolates, or a colour bar.

class Legend {
  constructor(onChange) {
    this.node = element("div", "vv-legend");
    this.muted = new Set();
    this.onChange = onChange;
  }

  draw(points) {
    this.entries = legendEntries(points);
    const items = this.entries.map((entry) => this.makeItem(entry));
    this.node.replaceChildren(...(points.scale ? [colourScale(points.scale)] : []), ...items);
    this.node.hidden = !this.node.childElementCount;
  }

  makeItem({ part, name, colour, count }) {
    const item = element("button", "vv-entry");
    item.type = "button";
    item.setAttribute("aria-pressed", String(!this.muted.has(part)));
    item.title = count === undefined ? name : `${name}: ${count} clips`;
    item.style.setProperty("--vv-dot", isColour(colour) ? colour : "currentColor");
    item.appendChild(element("span", "vv-line", name));
    item.addEventListener("click", (event) =>
      event.detail > 1 ? this.isolate(part, event.detail) : this.toggle(part),
    );
    return item;
  }

  toggle(part) {
    if (!this.muted.delete(part)) this.muted.add(part);
    this.changed();
  }

  // Alone; all again where it was alone already, or hidden. The first of the two clicks has toggled the entry.
  isolate(part, clicks) {
    if (clicks !== 2) return;
    const wasMuted = !this.muted.has(part);
    const others = this.entries.map((entry) => entry.part).filter((other) => other !== part);
    const alone = others.every((other) => this.muted.has(other));
    this.muted.clear();
    if (!wasMuted && !alone) others.forEach((other) => this.muted.add(other));
    this.changed();
  }

  changed() {
    [...this.node.querySelectorAll(".vv-entry")].forEach((item, i) => {
      item.setAttribute("aria-pressed", String(!this.muted.has(this.entries[i].part)));
    });
    this.onChange();
  }
}

function legendEntries(points) {
  const paths = points.paths.map((path) => ({ part: pathPart(path), name: path.name, colour: path.colour }));
  if (!points.groups) return paths;
  const groups = points.groups.names
    .map((name, i) => ({ part: name, name, colour: points.groups.colours[i], count: points.groups.counts[i] }))
    .filter((entry) => entry.count);
  return groups.length > 1 || paths.length ? [...groups, ...paths] : [];
}

function colourScale(scale) {
  const box = element("div", "vv-scale");
  const ramp = element("div", "vv-ramp");
  const colours = scale.stops.map(([, colour]) => colour).filter(isColour);
  ramp.style.setProperty("--vv-stops", colours.join(", "));
  const number = (value) => String(Number(value.toPrecision(3)));
  box.append(
    element("div", "vv-title", scale.title),
    ramp,
    element("div", "vv-quiet", number(scale.low)),
    element("div", "vv-quiet", number(scale.high)),
  );
  return box;
}
