// A muted video that loops over exactly [start, end) seconds and shows itself only once a frame of it is there.

import { element } from "./dom.js";
import { clamp } from "./numbers.js";

const FRAME_SECONDS = 1 / 25;
const NUDGE_SECONDS = 0.005; // into the first frame, so that rounding never shows the one before

/**
 * @typedef {object} VideoEvents
 * @property {(offset: number) => void} [onTime] seconds from the start of the range
 * @property {() => void} [onFail]
 * @property {(playing: boolean) => void} [onPlaying]
 */

export class RangeVideo {
  start = 0;
  end = 0;
  frameSeconds = FRAME_SECONDS;
  wantsPlay = true;
  ready = false;
  ended = false;
  watching = 0;

  /**
   * @param {HTMLElement} screen
   * @param {VideoEvents} [events]
   */
  constructor(screen, { onTime, onFail, onPlaying } = {}) {
    this.onTime = onTime || (() => {});
    this.onFail = onFail || (() => {});
    this.onPlaying = onPlaying || (() => {});
    this.video = element("video", "vv-blank");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.preload = "auto";
    this.video.disablePictureInPicture = true;
    this.video.setAttribute("aria-hidden", "true");
    this.video.tabIndex = -1;
    this.listen();
    screen.appendChild(this.video);
  }

  listen() {
    const video = this.video;
    video.addEventListener("loadedmetadata", () => this.begin());
    video.addEventListener("seeked", () => this.show());
    video.addEventListener("timeupdate", () => this.check(video.currentTime));
    video.addEventListener("ended", () => this.rewind());
    video.addEventListener("error", () => {
      if (!this.ended && video.getAttribute("src")) this.onFail();
    });
    video.addEventListener("playing", () => this.onPlaying(true));
    video.addEventListener("pause", () => this.onPlaying(false));
  }

  /**
   * @param {string} url
   * @param {number} start seconds
   * @param {number} end seconds
   * @param {{ playing?: boolean, frameSeconds?: number }} [how]
   */
  load(url, start, end, { playing = true, frameSeconds = FRAME_SECONDS } = {}) {
    Object.assign(this, { start, end, frameSeconds, wantsPlay: playing, ready: false });
    this.video.classList.add("vv-blank");
    this.video.src = url;
  }

  begin() {
    // A header may promise more than the file holds.
    if (Number.isFinite(this.video.duration)) this.end = Math.min(this.end, Math.max(this.video.duration, this.start));
    this.ready = true;
    this.rewind();
    this.watch();
  }

  show() {
    this.video.classList.remove("vv-blank");
    this.onTime(this.position());
  }

  // The browser says what frame it shows where it can; else every screen frame asks for the time.
  watch() {
    if (this.ended || !this.ready) return;
    if (this.video.requestVideoFrameCallback) {
      this.watching = this.video.requestVideoFrameCallback((_now, frame) => {
        this.check(frame.mediaTime + this.frameSeconds * 0.5);
        this.watch();
      });
    } else {
      this.watching = requestAnimationFrame(() => {
        if (!this.video.paused) this.check(this.video.currentTime + 0.008);
        this.watch();
      });
    }
  }

  /**
   * @param {number} time half a frame ahead of the frame on screen, so the jump comes before a frame of the next clip is
   *   seen
   */
  check(time) {
    if (!this.ready || this.video.seeking) return;
    if (time >= this.end - this.frameSeconds * 0.5 || time < this.start - 0.25) {
      if (this.video.paused) return;
      this.rewind();
    }
    this.onTime(this.position());
  }

  rewind() {
    this.video.currentTime = this.start + Math.min(this.frameSeconds / 2, NUDGE_SECONDS);
    if (this.wantsPlay) this.play();
  }

  position() {
    return clamp(this.video.currentTime - this.start, 0, this.end - this.start);
  }

  /** @param {number} offset seconds */
  seek(offset) {
    if (!this.ready) return;
    this.video.currentTime = this.start + clamp(offset, 0, this.end - this.start - this.frameSeconds * 0.5);
  }

  /**
   * Steps to the middle of the next frame, so that rounding never shows the same one again.
   *
   * @param {number} frames
   */
  step(frames) {
    this.pause();
    const count = Math.max(1, Math.round((this.end - this.start) / this.frameSeconds));
    const now = Math.floor(this.position() / this.frameSeconds + 1e-3);
    this.seek(((((now + frames) % count) + count) % count) * this.frameSeconds + this.frameSeconds * 0.5);
  }

  play() {
    this.wantsPlay = true;
    if (this.ready) this.video.play().catch(() => this.onPlaying(false));
  }

  pause() {
    this.wantsPlay = false;
    this.video.pause();
  }

  stop() {
    this.ended = true;
    if (this.watching && this.video.cancelVideoFrameCallback) this.video.cancelVideoFrameCallback(this.watching);
    else if (this.watching) cancelAnimationFrame(this.watching);
    this.video.pause();
    // Lets the decoder and the connection go at once.
    this.video.removeAttribute("src");
    this.video.load();
    this.video.remove();
  }
}
