// Elements of the page. Text is always set as text: names come from people and from files.

import { isColour } from "./colours.js";

export const REDUCED_MOTION = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)") ?? { matches: false };

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M7 5.5h3.6v13H7zM13.4 5.5H17v13h-3.6z",
  back: "M6 6h2.4v12H6zM19 6v12l-9-6z",
  forward: "M15.6 6H18v12h-2.4zM5 6l9 6-9 6z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4L12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
};

/** @typedef {keyof typeof ICONS} Icon */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {unknown} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = String(text);
  return node;
}

/**
 * The 2-D pen of a canvas.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function penOf(canvas, settings) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("This browser gives no canvas to draw on; close other pages and reload this one.");
  return pen;
}

/**
 * A picture of one path, 24 by 24.
 *
 * @param {string} path
 */
export function drawnIcon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.appendChild(shape);
  return svg;
}

/**
 * @param {Icon} icon
 * @param {string} label
 * @param {() => void} onClick
 */
export function iconButton(icon, label, onClick) {
  const button = element("button", "vv-icon");
  button.type = "button";
  button.appendChild(drawnIcon(ICONS[icon]));
  button.addEventListener("click", onClick);
  setIcon(button, icon, label);
  return button;
}

/**
 * @param {HTMLButtonElement} button
 * @param {Icon} icon
 * @param {string} label
 */
export function setIcon(button, icon, label) {
  button.querySelector("path")?.setAttribute("d", ICONS[icon]);
  button.setAttribute("aria-label", label);
  button.title = label;
}

/**
 * @param {string} label
 * @param {unknown} colour
 */
export function labelChip(label, colour) {
  const chip = element("span", "vv-chip");
  chip.appendChild(element("span", "", label));
  if (isColour(colour)) chip.style.setProperty("--vv-dot", colour);
  return chip;
}

/**
 * A text is only set where it changes: the page need not be laid out anew.
 *
 * @param {Element} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Calls back when the theme's colours change; returns the probe to put into the page.
 *
 * @param {() => void} onChange
 */
export function themeProbe(onChange) {
  const probe = element("div", "vv-probe");
  probe.setAttribute("aria-hidden", "true");
  probe.addEventListener("transitionend", onChange);
  return probe;
}

/**
 * Hands a picture to the browser as a file to keep.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {string} name
 */
export function offerPicture(canvas, name) {
  canvas.toBlob((blob) => {
    if (!blob) return;
    const link = element("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, "image/png");
}
