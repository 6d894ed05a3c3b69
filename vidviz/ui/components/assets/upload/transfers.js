// Files on their way to the server: a few at a time, each in a request of its own that may be cancelled.

import { mediaUrl } from "../parts/media.js";
import { inMegabytes } from "./words.js";

/** @import { Chosen, Held, Item, UploadData } from "./contract.js" */

const AT_A_TIME = 3;
const BROKEN = "The connection broke off. Try again.";

export class Transfers {
  /** @type {Item[]} */
  items = [];
  /** @type {UploadData | null} */
  data = null;
  next = 0;

  /**
   * @param {() => void} onChange
   * @param {() => void} onSettled
   * @param {() => XMLHttpRequest} [makeRequest]
   */
  constructor(onChange, onSettled, makeRequest = () => new XMLHttpRequest()) {
    this.onChange = onChange;
    this.onSettled = onSettled;
    this.makeRequest = makeRequest;
  }

  /** @param {UploadData} data */
  update(data) {
    if (data.token !== this.data?.token) {
      this.end();
      this.items = data.held.map(hereAlready);
    }
    this.data = data;
    this.next = Math.max(this.next, data.next);
  }

  get busy() {
    return this.items.some((item) => item.state === "sending" || item.state === "waiting");
  }

  /** @param {Chosen[]} chosen */
  add(chosen) {
    const data = this.data;
    if (!data) return;
    const wanted = this.items.filter((item) => item.state !== "failed");
    let count = wanted.length;
    let room = data.room_bytes - wanted.reduce((sum, item) => sum + (item.state === "here" ? 0 : item.bytes), 0);
    for (const { file, name } of chosen) {
      const reason = refusal(file.size, room, count, data);
      this.items.push({
        number: this.next++,
        name,
        bytes: file.size,
        sent: 0,
        state: reason ? "failed" : "waiting",
        reason,
        file: reason ? undefined : file, // the same would be said again
      });
      if (reason) continue;
      room -= file.size;
      count += 1;
    }
    this.goOn();
  }

  /** @param {Item} item */
  remove(item) {
    this.items = this.items.filter((one) => one !== item);
    if (item.state === "sending") item.request?.abort();
    if (item.state === "here") this.takeBack(item);
    this.goOn();
  }

  /** @param {Item} item */
  again(item) {
    item.number = this.next++;
    item.state = "waiting";
    item.reason = "";
    item.sent = 0;
    this.goOn();
  }

  cancel() {
    const left = this.items.filter((item) => item.state === "sending" || item.state === "waiting");
    this.items = this.items.filter((item) => !left.includes(item));
    for (const item of left) item.request?.abort();
    this.goOn();
  }

  end() {
    const left = this.items;
    this.items = [];
    for (const item of left) if (item.state === "sending") item.request?.abort();
  }

  goOn() {
    const sending = this.items.filter((item) => item.state === "sending").length;
    const waiting = this.items.filter((item) => item.state === "waiting");
    for (const item of waiting.slice(0, AT_A_TIME - sending)) this.send(item);
    this.onChange();
    if (!this.busy) this.onSettled();
  }

  /**
   * @param {"POST" | "DELETE"} method
   * @param {Item} item
   */
  ask(method, item) {
    const request = this.makeRequest();
    request.open(method, mediaUrl("upload", item.number));
    request.setRequestHeader("X-Vidviz-Upload", this.data?.token ?? "");
    return request;
  }

  /** @param {Item} item */
  send(item) {
    const request = this.ask("POST", item);
    item.state = "sending";
    item.request = request;
    request.setRequestHeader("X-Vidviz-Name", encodeURIComponent(wellFormed(item.name)));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      item.sent = event.loaded;
      this.onChange();
    };
    request.onload = () => this.settle(item, request.status === 200 ? "" : reasonOf(request));
    request.onerror = () => this.settle(item, BROKEN);
    request.send(item.file);
  }

  /**
   * @param {Item} item
   * @param {string} reason
   */
  settle(item, reason) {
    if (!this.items.includes(item)) return;
    item.state = reason ? "failed" : "here";
    item.reason = reason;
    item.request = undefined;
    if (!reason) item.sent = item.bytes;
    this.goOn();
  }

  /** @param {Item} item */
  takeBack(item) {
    const request = this.ask("DELETE", item);
    request.onloadend = () => this.onSettled();
    request.send();
  }
}

/**
 * @param {Held} held
 * @returns {Item}
 */
function hereAlready(held) {
  return { ...held, sent: held.bytes, state: "here", reason: "" };
}

/**
 * Why a file is not sent at all; the server would say the same after all of it has come.
 *
 * @param {number} bytes
 * @param {number} room
 * @param {number} count of files before it
 * @param {UploadData} data
 */
function refusal(bytes, room, count, data) {
  if (!bytes) return "It is empty.";
  if (bytes > data.largest_bytes)
    return `It is larger than ${inMegabytes(data.largest_bytes)}, the most that is taken.`;
  if (bytes > room) return `There is room for ${inMegabytes(Math.max(room, 0))} more. Import first what is here.`;
  if (count >= data.most_files) return `It is one too many: import the first ${data.most_files} files.`;
  return "";
}

/** @param {XMLHttpRequest} request */
function reasonOf(request) {
  try {
    return String(JSON.parse(request.responseText).error);
  } catch {
    return BROKEN;
  }
}

/**
 * A name that can be sent: half characters, which file systems allow, become signs that stand for them.
 *
 * @param {string} name
 */
function wellFormed(name) {
  return [...name].map((char) => (/[\ud800-\udfff]/u.test(char) ? "\ufffd" : char)).join("");
}
