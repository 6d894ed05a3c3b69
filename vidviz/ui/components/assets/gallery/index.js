// Cards of clips. One plays at a time: the strip at once, the video itself when the pointer stays.

import { REDUCED_MOTION, element, labelChip } from "../parts/dom.js";
import { mediaUrl } from "../parts/media.js";
import { mountView } from "../parts/mount.js";
import { RangeVideo } from "../parts/range_video.js";
import { timeRange } from "../parts/time.js";
import { goalOfKey } from "./steps.js";
import { addVote } from "./votes.js";

const VIDEO_AFTER_MS = 300;

/** @import { ShownClip } from "../parts/clip.js" */
/** @import { Vote } from "./votes.js" */

/**
 * @typedef {object} GalleryData
 * @property {boolean} votes
 * @property {ShownClip[]} cards
 * @property {number} columns
 * @property {number} card_width_px
 * @property {number | null} current
 * @property {string} title
 */

/**
 * @typedef {object} Card
 * @property {ShownClip} clip
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} screen
 * @property {HTMLImageElement} image
 * @property {string} written the clip as JSON
 */

class GalleryView {
  /** @type {(name: string, value: unknown) => void} */
  send = () => {};
  /** @type {GalleryData} */
  data = { votes: false, cards: [], columns: 1, card_width_px: 150, current: null, title: "" };
  /** @type {Map<number, Card>} */
  cards = new Map();
  /** @type {Vote[]} */
  votes = [];
  /** @type {Card | null} */
  playing = null;
  /** @type {RangeVideo | null} */
  video = null;
  timer = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.grid = element("div", "vv-gallery");
    this.grid.setAttribute("role", "group");
    this.grid.addEventListener("keydown", (event) => this.onKey(event));
    root.appendChild(this.grid);
  }

  /** @param {GalleryData} data */
  update(data) {
    this.data = data;
    this.grid.setAttribute("aria-label", data.title);
    this.grid.style.setProperty("--vv-card", `${data.card_width_px}px`);
    this.grid.style.setProperty("--vv-most", String(data.columns));
    /** @type {Map<number, Card>} */
    const kept = new Map();
    for (const clip of data.cards) {
      const known = this.cards.get(clip.clip_id);
      const same = known?.written === JSON.stringify(clip);
      kept.set(clip.clip_id, known && same ? known : this.makeCard(clip));
    }
    if (this.playing && kept.get(this.playing.clip.clip_id) !== this.playing) this.stop();
    this.cards = kept;
    const buttons = [...kept.values()].map((card) => card.button);
    const unchanged =
      buttons.length === this.grid.children.length && buttons.every((b, i) => b === this.grid.children[i]);
    if (!unchanged) this.grid.replaceChildren(...buttons);
    for (const card of kept.values()) {
      card.button.setAttribute("aria-current", String(card.clip.clip_id === data.current));
    }
    this.rove(buttons.find((button) => button.tabIndex === 0) || buttons[0]);
  }

  /**
   * @param {ShownClip} clip
   * @returns {Card}
   */
  makeCard(clip) {
    const button = element("button", "vv-card");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.clip = String(clip.clip_id);
    const screen = element("div", "vv-screen");
    const image = element("img");
    image.loading = "lazy";
    image.decoding = "async";
    image.alt = "";
    image.draggable = false;
    image.src = mediaUrl("poster", clip.clip_id);
    const bare = element("span", "vv-bare vv-quiet", "no picture");
    bare.hidden = true;
    image.addEventListener("error", () => (bare.hidden = false));
    image.addEventListener("load", () => (bare.hidden = true));
    screen.append(image, bare);
    if (clip.score !== null) screen.appendChild(element("span", "vv-score", clip.score));
    if (this.data.votes) screen.append(this.makeVote(clip, true), this.makeVote(clip, false));
    button.append(screen, this.makeCaption(clip));
    const card = { clip, button, screen, image, written: JSON.stringify(clip) };
    button.addEventListener("pointerenter", () => this.start(card, REDUCED_MOTION.matches));
    button.addEventListener("pointerleave", () => this.stop(card));
    button.addEventListener("focus", () => {
      this.rove(button);
      if (button.matches(":focus-visible")) this.start(card, REDUCED_MOTION.matches);
    });
    button.addEventListener("blur", () => this.stop(card));
    button.addEventListener("click", () => this.send("clicked", clip.clip_id));
    return card;
  }

  /**
   * For the pointer; the keys + and - do the same on the card with the focus.
   *
   * @param {ShownClip} clip
   * @param {boolean} more
   */
  makeVote(clip, more) {
    const vote = element("span", `vv-vote ${more ? "vv-more" : "vv-less"}`, more ? "+" : "−");
    vote.title = more ? "More like this (+)" : "Less like this (-)";
    vote.setAttribute("aria-hidden", "true");
    vote.addEventListener("click", (event) => {
      event.stopPropagation();
      this.vote(clip.clip_id, more);
    });
    return vote;
  }

  /**
   * @param {number} clip_id
   * @param {boolean} more
   */
  vote(clip_id, more) {
    this.votes = addVote(this.votes, clip_id, more);
    this.send("voted", this.votes);
  }

  /** @param {ShownClip} clip */
  makeCaption(clip) {
    const caption = element("div", "vv-caption");
    const title = element("div", "vv-line vv-title", clip.title);
    title.title = clip.title;
    const row = element("div", "vv-row");
    const range = element("span", "vv-quiet", timeRange(clip.start_seconds, clip.end_seconds));
    if (clip.label) row.appendChild(labelChip(clip.label, clip.colour));
    row.appendChild(range);
    caption.append(title, row);
    if (clip.note) caption.appendChild(element("div", "vv-line vv-quiet", clip.note));
    return caption;
  }

  /**
   * @param {Card} card
   * @param {boolean} [still] for people who asked for less motion: nothing moves until they press the space bar
   */
  start(card, still = false) {
    if (still || this.playing === card) return;
    this.stop();
    this.playing = card;
    card.image.src = mediaUrl("strip", card.clip.clip_id);
    this.timer = setTimeout(() => this.startVideo(card), VIDEO_AFTER_MS);
  }

  /** @param {Card} card */
  startVideo(card) {
    clearTimeout(this.timer);
    if (!card.clip.video_id) return;
    // Where the video cannot play, the strip goes on.
    this.video = new RangeVideo(card.screen, { onFail: () => this.dropVideo() });
    const url = mediaUrl("video", card.clip.video_id);
    this.video.load(url, card.clip.start_seconds, card.clip.end_seconds);
  }

  /** @param {Card | null} [card] */
  stop(card = this.playing) {
    if (!card || card !== this.playing) return;
    clearTimeout(this.timer);
    this.dropVideo();
    card.image.src = mediaUrl("poster", card.clip.clip_id);
    this.playing = null;
  }

  dropVideo() {
    this.video?.stop();
    this.video = null;
  }

  /** @param {HTMLButtonElement | undefined} button the one that the tab key leads to */
  rove(button) {
    if (!button) return;
    for (const card of this.cards.values()) card.button.tabIndex = card.button === button ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const cards = [...this.cards.values()];
    const at = cards.findIndex((card) => card.button.contains(/** @type {Node} */ (event.target)));
    if (at < 0) return;
    if (event.key === " ") {
      event.preventDefault();
      this.toggle(cards[at]);
      return;
    }
    if (this.data.votes && (event.key === "+" || event.key === "-")) {
      event.preventDefault();
      this.vote(cards[at].clip.clip_id, event.key === "+");
      return;
    }
    const columns = getComputedStyle(this.grid).gridTemplateColumns.split(" ").length;
    const goal = goalOfKey(event.key, at, cards.length, columns);
    if (goal === undefined) return;
    event.preventDefault();
    if (goal >= 0) cards[goal].button.focus();
  }

  /** @param {Card} card */
  toggle(card) {
    if (this.playing === card) {
      this.stop(card);
    } else {
      this.start(card);
      this.startVideo(card);
    }
  }

  end() {
    this.stop();
  }
}

/** @param {import("../parts/mount.js").Component<GalleryData>} component */
export default function (component) {
  return mountView(component, GalleryView);
}
