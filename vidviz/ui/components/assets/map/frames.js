// The frames of a map: one at a time, many reasons within one frame of the screen make one, and a glide makes its own.

import { clamp } from "../parts/numbers.js";

/** @import { MapView } from "./view.js" */

const GLIDE_MS = 400;

export class Frames {
  busy = false; // new points are being taken, and will be shown by who does that
  stale = false;
  soon = 0;
  sketching = 0;
  gliding = 0;

  /** @param {MapView} view */
  constructor(view) {
    this.view = view;
  }

  /**
   * Draws a frame.
   *
   * @param {number} [share] how far the points have glided
   */
  async show(share = 1) {
    await this.view.renderer?.show(share);
    this.view.drawSketch();
    this.view.posters.follow();
  }

  showSoon() {
    this.stale = true;
    this.soon ||= requestAnimationFrame(async () => {
      this.stale = false;
      if (!this.view.gone && !this.busy && !this.gliding) await this.show();
      this.soon = 0;
      if (this.stale) this.showSoon();
    });
  }

  // The outline being drawn lies on a canvas of its own: a million points need not be drawn for it.
  sketchSoon() {
    this.sketching ||= requestAnimationFrame(() => {
      this.sketching = 0;
      this.view.drawSketch();
    });
  }

  /** @param {() => void} onSettled */
  glide(onSettled) {
    const begun = performance.now();
    const step = async () => {
      const share = clamp((performance.now() - begun) / GLIDE_MS, 0, 1);
      const number = this.gliding;
      await this.show(1 - (1 - share) ** 3);
      if (number !== this.gliding) return; // newer points have come
      if (share < 1) {
        this.gliding = requestAnimationFrame(step);
        return;
      }
      this.settle();
      onSettled();
    };
    this.gliding = requestAnimationFrame(step);
  }

  // The points are where they belong, also where a glide was cut short.
  settle() {
    cancelAnimationFrame(this.gliding);
    this.gliding = 0;
    this.view.renderer?.settle();
  }

  end() {
    for (const number of [this.soon, this.sketching, this.gliding]) cancelAnimationFrame(number);
    this.gliding = 0;
  }
}
