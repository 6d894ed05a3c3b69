// One file in the list: its name, how far it is, and what may be done with it.

import { element, iconButton, say, setIcon } from "../parts/dom.js";
import { stateOf } from "./words.js";

/** @import { Item } from "./contract.js" */

export class Row {
  /**
   * @param {Item} item
   * @param {(item: Item) => void} onRemove
   * @param {(item: Item) => void} onAgain
   */
  constructor(item, onRemove, onAgain) {
    this.item = item;
    this.node = element("li", "vv-file");
    this.name = element("span", "vv-title vv-line", item.name);
    this.name.title = item.name;
    this.state = element("span", "vv-quiet");
    this.bar = element("progress", "vv-progress");
    this.bar.setAttribute("aria-label", `Upload of ${item.name}`);
    this.retry = element("button", "vv-button", "Try again");
    this.retry.type = "button";
    this.retry.addEventListener("click", () => onAgain(item));
    this.away = iconButton("close", "Remove", () => onRemove(item));
    const text = element("div", "vv-file-text");
    text.append(this.name, this.state, this.bar);
    this.node.append(text, this.retry, this.away);
    this.draw();
  }

  draw() {
    const { item } = this;
    say(this.state, stateOf(item));
    this.node.dataset.state = item.state;
    this.bar.hidden = item.state !== "sending";
    this.bar.max = Math.max(item.bytes, 1);
    this.bar.value = item.sent;
    this.retry.hidden = item.state !== "failed" || !item.file;
    const open = item.state === "sending" || item.state === "waiting";
    setIcon(this.away, "close", `${open ? "Cancel" : "Remove"} ${item.name}`);
  }
}
