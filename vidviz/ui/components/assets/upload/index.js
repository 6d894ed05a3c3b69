// Videos to the server: a place to drop them on, two dialogs, and the list of what is here and on its way.

import { element, say } from "../parts/dom.js";
import { mountView } from "../parts/mount.js";
import { chosenFiles, droppedFiles, isLeftOut } from "./chosen.js";
import { Row } from "./row.js";
import { Transfers } from "./transfers.js";
import { inMegabytes, summary } from "./words.js";

/** @import { Chosen, Item, UploadData } from "./contract.js" */

const MOST_ROWS = 100;

class UploadView {
  /** @type {(name: string, value: unknown) => void} */
  send = () => {};
  /** @type {Map<Item, Row>} */
  rows = new Map();
  leftOut = 0;
  told = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.transfers = new Transfers(
      () => this.draw(),
      () => this.tell(),
    );
    this.area = element("div", "vv-drop");
    this.area.setAttribute("role", "group");
    this.area.setAttribute("aria-label", "Upload videos");
    this.hint = element("span", "vv-quiet");
    this.area.append(
      element("span", "vv-title", "Drop videos or folders here"),
      this.chooser("Choose videos", false),
      this.chooser("Choose a folder", true),
      this.hint,
    );
    this.status = element("span", "vv-quiet");
    this.status.setAttribute("role", "status");
    this.cancel = element("button", "vv-button", "Cancel all");
    this.cancel.type = "button";
    this.cancel.addEventListener("click", () => this.transfers.cancel());
    this.foot = element("div", "vv-foot");
    this.foot.append(this.status, this.cancel);
    this.list = element("ul", "vv-files");
    this.list.setAttribute("aria-label", "Files");
    root.append(this.area, this.foot, this.list);
    this.area.addEventListener("dragover", (event) => this.hover(event, true));
    this.area.addEventListener("dragleave", (event) => this.hover(event, false));
    this.area.addEventListener("drop", (event) => void this.drop(event));
  }

  /**
   * A button that opens a dialog of the browser.
   *
   * @param {string} text
   * @param {boolean} folder
   */
  chooser(text, folder) {
    const input = element("input");
    input.type = "file";
    input.multiple = true;
    input.webkitdirectory = folder;
    input.hidden = true;
    input.setAttribute("aria-label", text);
    input.addEventListener("change", () => {
      this.take(chosenFiles(input.files ?? []));
      input.value = ""; // the same file may be chosen again
    });
    const button = element("button", "vv-button", text);
    button.type = "button";
    button.addEventListener("click", () => input.click());
    const both = element("span", "vv-chooser");
    both.append(button, input);
    return both;
  }

  /** @param {UploadData} data */
  update(data) {
    if (data.token !== this.transfers.data?.token) this.leftOut = 0;
    this.transfers.update(data);
    this.told = `${data.token} ${data.num_held}`;
    say(this.hint, `Up to ${inMegabytes(data.largest_bytes)} each.`);
    this.draw();
  }

  /**
   * @param {DragEvent} event
   * @param {boolean} over
   */
  hover(event, over) {
    event.preventDefault();
    const inside = event.relatedTarget instanceof Node && this.area.contains(event.relatedTarget);
    this.area.classList.toggle("vv-over", over || inside);
  }

  /** @param {DragEvent} event */
  async drop(event) {
    this.hover(event, false);
    if (event.dataTransfer) this.take(await droppedFiles(event.dataTransfer));
  }

  /** @param {Chosen[]} chosen */
  take(chosen) {
    const { data } = this.transfers;
    if (!data) return;
    const wanted = chosen.filter(({ name }) => !isLeftOut(name, data));
    this.leftOut += chosen.length - wanted.length;
    this.transfers.add(wanted);
  }

  /** Have the page run again where the server has other files than it last said. */
  tell() {
    const { data, items } = this.transfers;
    const here = items.filter((item) => item.state === "here").map((item) => item.number);
    const now = `${data?.token} ${here.join(" ")}`;
    if (now === this.told || (!here.length && !data?.num_held)) return;
    this.told = now;
    this.send("settled", here.length);
  }

  draw() {
    const { items } = this.transfers;
    say(this.status, summary(items, this.leftOut));
    this.cancel.hidden = !this.transfers.busy;
    this.foot.hidden = !items.length && !this.leftOut;
    const shown = items.length > MOST_ROWS ? firstOf(items) : items;
    for (const [item, row] of this.rows) {
      if (shown.includes(item)) continue;
      row.node.remove();
      this.rows.delete(item);
    }
    for (const item of shown) this.drawRow(item);
  }

  /** @param {Item} item */
  drawRow(item) {
    const known = this.rows.get(item);
    if (known) {
      known.draw();
      return;
    }
    const row = new Row(
      item,
      (one) => this.transfers.remove(one),
      (one) => this.transfers.again(one),
    );
    this.rows.set(item, row);
    this.list.append(row.node);
  }

  end() {
    this.transfers.end();
  }
}

/**
 * Of many files those that somebody may want to see: what failed, what is on its way, then the others.
 *
 * @param {Item[]} items
 */
function firstOf(items) {
  const order = ["failed", "sending", "waiting", "here"];
  return [...items].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, MOST_ROWS);
}

/** @param {import("../parts/mount.js").Component<UploadData>} component */
export default function (component) {
  return mountView(component, UploadView);
}
