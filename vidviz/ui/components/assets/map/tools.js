// The toolbar of a map: what the pointer does, and what is in view.

import { drawnIcon, element } from "../parts/dom.js";

const ICONS = {
  pan: "M12 2l3.5 3.5H13V11h5.5V8.5L22 12l-3.5 3.5V13H13v5.5h2.5L12 22l-3.5-3.5H11V13H5.5v2.5L2 12l3.5-3.5V11H11V5.5H8.5z",
  zoom: "M10 4a6 6 0 1 0 3.6 10.8l5 5 1.4-1.4-5-5A6 6 0 0 0 10 4zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  lasso:
    "M12 4c-5 0-9 2.7-9 6 0 2 1.5 3.7 3.7 4.8-.7 1.5-.2 3.3 1.3 4.2l1-1.7c-.6-.4-.8-1-.5-1.7 1.1.3 2.3.4 3.5.4 5 0 9-2.7 9-6s-4-6-9-6zm0 2c4 0 7 1.8 7 4s-3 4-7 4-7-1.8-7-4 3-4 7-4z",
  select:
    "M4 4h4v2H6v2H4zM10 4h4v2h-4zM16 4h4v4h-2V6h-2zM4 10h2v4H4zM18 10h2v4h-2zM4 16h2v2h2v2H4zM10 18h4v2h-4zM18 16h2v4h-4v-2h2z",
  turn: "M12 5a7 7 0 0 1 6.7 5H16l4 4 3.5-4h-2.8A9 9 0 0 0 4.6 7.4L6 8.8A7 7 0 0 1 12 5zM4 10 .5 14h2.8a9 9 0 0 0 16.1 2.6L18 15.2A7 7 0 0 1 5.3 14H8z",
  orbit:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2c1 0 2.4 1.9 2.9 5H9.1C9.6 6.9 11 5 12 5zM7.1 10H5.300a7 7 0 0 1 3.1-4c-.6 1.1-1.1 2.5-1.3 4zm1.8 2h6.200c-.2 4-1.8 7-3.1 7s-2.9-3-3.1-7zM6.9 12c.1 2.3.6 4.4 1.5 6A7 7 0 0 1 5 12zm10.2 0H19a7 7 0 0 1-3.4 6c.9-1.6 1.4-3.7 1.5-6zm-.2-2c-.2-1.5-.7-2.9-1.3-4a7 7 0 0 1 3.1 4z",
  closer: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  farther: "M5 11h14v2H5z",
  fit: "M12 3 3 11.5h3V20h5v-5h2v5h5v-8.5h3z",
  picture: "M9 4 7.5 6H4v13h16V6h-3.5L15 4zM12 8.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
};

/**
 * A button: what stands on it, and its whole name, which begins with or holds that word.
 *
 * @typedef {{ icon: keyof typeof ICONS, word: string, name: string }} Button
 */

/** @type {Record<string, Button>} */
const FLAT_TOOLS = {
  pan: { icon: "pan", word: "Pan", name: "Pan" },
  zoom: { icon: "zoom", word: "Zoom", name: "Zoom to a box" },
  lasso: { icon: "lasso", word: "Lasso", name: "Lasso select" },
  select: { icon: "select", word: "Box", name: "Box select" },
};

// By the names that Plotly has for what a drag does.
/** @type {Record<string, Button>} */
const SPACE_TOOLS = {
  turntable: { icon: "turn", word: "Turn", name: "Turn, upright" },
  orbit: { icon: "orbit", word: "Orbit", name: "Orbit, in every direction" },
  pan: { icon: "pan", word: "Pan", name: "Pan" },
  zoom: { icon: "zoom", word: "Zoom", name: "Zoom" },
};

/** @type {Record<"closer" | "farther" | "fit" | "picture", Button>} */
const ACTS = {
  closer: { icon: "closer", word: "In", name: "Zoom in" },
  farther: { icon: "farther", word: "Out", name: "Zoom out" },
  fit: { icon: "fit", word: "Fit", name: "Fit all points" },
  picture: { icon: "picture", word: "PNG", name: "Download the map as a PNG" },
};

/**
 * What the toolbar asks for.
 *
 * @typedef {Record<keyof typeof ACTS, () => void> & { choose: (tool: string) => void }} Asked
 */

export class ToolBar {
  /** @type {boolean | undefined} */
  flat = undefined;
  /** @type {Map<string, HTMLButtonElement>} */
  buttons = new Map();

  /** @param {Asked} asked */
  constructor(asked) {
    this.asked = asked;
    this.node = element("div", "vv-tools");
    this.node.setAttribute("role", "toolbar");
    this.node.setAttribute("aria-label", "Tools of the map");
  }

  /**
   * The tools of a map in two dimensions, or in three.
   *
   * @param {boolean} flat
   */
  offer(flat) {
    if (this.flat === flat) return;
    this.flat = flat;
    this.buttons.clear();
    this.node.replaceChildren();
    for (const [tool, button] of Object.entries(flat ? FLAT_TOOLS : SPACE_TOOLS)) {
      this.buttons.set(
        tool,
        this.add(button, () => this.asked.choose(tool)),
      );
    }
    const { asked } = this;
    this.add(ACTS.closer, () => asked.closer()).classList.add("vv-apart");
    this.add(ACTS.farther, () => asked.farther());
    this.add(ACTS.fit, () => asked.fit());
    this.add(ACTS.picture, () => asked.picture());
  }

  /**
   * @param {Button} told
   * @param {() => void} act
   */
  add({ icon, word, name }, act) {
    const button = element("button", "vv-tool");
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", name);
    button.append(drawnIcon(ICONS[icon]), element("span", "", word));
    button.addEventListener("click", act);
    this.node.appendChild(button);
    return button;
  }

  /** @param {string} tool */
  show(tool) {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === tool));
  }
}
