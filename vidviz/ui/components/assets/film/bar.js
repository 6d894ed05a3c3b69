// The film's controls: play, step, scrub, speed, colours and the picture to keep.

const SPEEDS = [0.25, 0.5, 1, 2, 4];

class FilmBar {
  constructor(view) {
    this.box = element("div", "vv-bar");
    this.playButton = iconButton("play", "Play (space)", () => view.toggle());
    this.scrub = element("input");
    Object.assign(this.scrub, { type: "range", min: 0, step: 1, value: 0 });
    this.scrub.setAttribute("aria-label", "Time step of the film");
    this.scrub.addEventListener("input", () => view.seek(Number(this.scrub.value)));
    this.time = element("span", "vv-time");
    this.speedSelect = chooser(
      "Speed",
      SPEEDS.map((speed) => [speed, `${speed}×`]),
      (value) => (view.speed = Number(value)),
    );
    this.speedSelect.value = "1";
    this.mapSelect = chooser(
      "Colours",
      Object.keys(COLOUR_MAPS).map((name) => [name, name]),
      (value) => view.setColours(value),
    );
    this.scaleBar = element("div", "vv-scale");
    this.scaleBar.setAttribute("aria-hidden", "true");
    this.scaleBar.title = "low to high";
    const picture = element("button", "vv-text-button", "PNG");
    picture.type = "button";
    picture.title = "Save what is shown as a picture (PNG)";
    picture.addEventListener("click", () => savePicture(view));
    this.box.append(
      this.playButton,
      iconButton("back", "One step back (left arrow)", () => view.step(-1)),
      iconButton("forward", "One step on (right arrow)", () => view.step(1)),
      this.scrub,
      this.time,
      this.speedSelect,
      this.mapSelect,
      this.scaleBar,
      picture,
    );
  }

  showColours(name) {
    this.mapSelect.value = name;
    const digitsOf = COLOUR_MAPS[name] || COLOUR_MAPS.viridis;
    const stops = [0, 51, 102, 153, 204, 255].map((i) => `#${digitsOf.substr(i * 6, 6)}`);
    this.scaleBar.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
  }
}

function chooser(label, choices, onChange) {
  const select = element("select");
  select.setAttribute("aria-label", label);
  select.title = label;
  for (const [value, text] of choices) {
    const option = element("option", "", text);
    option.value = value;
    select.appendChild(option);
  }
  select.addEventListener("change", () => onChange(select.value));
  return select;
}
