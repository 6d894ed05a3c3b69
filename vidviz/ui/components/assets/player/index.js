// One clip, large: loops over exactly its range; where the video cannot play, the animated strip stands in.

import { REDUCED_MOTION, element, iconButton, labelChip, setIcon } from "../parts/dom.js";
import { mediaUrl } from "../parts/media.js";
import { mountView } from "../parts/mount.js";
import { RangeVideo } from "../parts/range_video.js";
import { timeRange } from "../parts/time.js";

/** @import { ShownClip } from "../parts/clip.js" */
/** @typedef {{ clip: ShownClip, aspect_ratio: number, height_px: number, frame_rate: number }} PlayerData */

class PlayerView {
  /** @type {(name: string, value: unknown) => void} */
  send = () => {};
  /** @type {ShownClip | undefined} */
  clip = undefined;
  /** @type {RangeVideo | null} */
  video = null;
  seconds = 0;
  playing = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.box = element("div", "vv-player");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "group");
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.screen = element("div", "vv-screen");
    this.screen.addEventListener("click", () => this.toggle());
    this.image = element("img");
    this.image.alt = "";
    this.image.addEventListener("error", () => (this.image.style.visibility = "hidden")); // no broken picture's sign
    this.image.addEventListener("load", () => (this.image.style.visibility = ""));
    this.screen.appendChild(this.image);
    this.caption = element("div", "vv-caption");
    this.note = element("p", "vv-note");
    this.note.setAttribute("role", "status");
    this.bar = element("div", "vv-bar");
    this.playButton = iconButton("play", "Play (space)", () => this.toggle());
    this.scrub = element("input");
    this.scrub.type = "range";
    this.scrub.min = "0";
    this.scrub.step = "any";
    this.scrub.setAttribute("aria-label", "Time in the clip");
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    this.time = element("span", "vv-time");
    this.bar.append(
      this.playButton,
      iconButton("back", "One frame back (,)", () => this.step(-1)),
      iconButton("forward", "One frame on (.)", () => this.step(1)),
      this.scrub,
      this.time,
    );
    this.box.append(this.screen, this.bar, this.caption, this.note);
    root.appendChild(this.box);
  }

  /** @param {PlayerData} data */
  update(data) {
    const clip = data.clip;
    const same = this.clip?.clip_id === clip.clip_id && this.clip.video_id === clip.video_id;
    this.clip = clip;
    this.screen.style.aspectRatio = String(data.aspect_ratio);
    this.box.style.setProperty("--vv-width", `${Math.round(data.height_px * data.aspect_ratio)}px`);
    this.box.setAttribute("aria-label", `Clip of ${clip.title}`);
    this.writeCaption(clip);
    if (!same) this.open(data);
  }

  /** @param {ShownClip} clip */
  writeCaption(clip) {
    const title = element("span", "vv-line vv-title", clip.title);
    title.title = clip.title;
    const range = element("span", "vv-quiet", timeRange(clip.start_seconds, clip.end_seconds));
    this.caption.replaceChildren(title, range);
    if (clip.label) this.caption.appendChild(labelChip(clip.label, clip.colour));
    if (clip.note) this.caption.appendChild(element("span", "vv-quiet", clip.note));
  }

  /** @param {PlayerData} data */
  open({ clip, frame_rate }) {
    this.video?.stop();
    this.note.hidden = true;
    this.bar.hidden = false;
    this.seconds = clip.end_seconds - clip.start_seconds;
    this.scrub.max = String(this.seconds);
    this.image.src = mediaUrl("poster", clip.clip_id);
    this.setTime(0);
    this.setPlaying(false);
    if (!clip.video_id) {
      this.fail(clip);
      return;
    }
    this.video = new RangeVideo(this.screen, {
      onTime: (offset) => this.setTime(offset),
      onPlaying: (playing) => this.setPlaying(playing),
      onFail: () => this.fail(clip),
    });
    this.video.load(mediaUrl("video", clip.video_id), clip.start_seconds, clip.end_seconds, {
      playing: !REDUCED_MOTION.matches,
      frameSeconds: 1 / frame_rate,
    });
  }

  /** @param {ShownClip} clip */
  fail(clip) {
    this.video?.stop();
    this.video = null;
    this.bar.hidden = true;
    if (!REDUCED_MOTION.matches) this.image.src = mediaUrl("strip", clip.clip_id);
    this.note.textContent = "This browser cannot play the video, so its preview strip is shown.";
    this.note.hidden = false;
  }

  /** @param {boolean} playing */
  setPlaying(playing) {
    this.playing = playing;
    setIcon(this.playButton, playing ? "pause" : "play", playing ? "Pause (space)" : "Play (space)");
  }

  /** @param {number} offset seconds */
  setTime(offset) {
    this.scrub.value = String(offset);
    this.scrub.setAttribute("aria-valuetext", `${offset.toFixed(2)} seconds`);
    this.time.textContent = `${offset.toFixed(2)} / ${this.seconds.toFixed(2)} s`;
  }

  toggle() {
    if (!this.video) return;
    if (this.playing) this.video.pause();
    else this.video.play();
  }

  /** @param {number} offset seconds */
  seek(offset) {
    this.video?.seek(offset);
  }

  /** @param {number} frames */
  step(frames) {
    this.video?.step(frames);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const onButton = event.target instanceof Element && event.target.closest("button");
    if (event.key === " " && !onButton) this.toggle();
    else if (event.key === ",") this.step(-1);
    else if (event.key === ".") this.step(1);
    else return;
    event.preventDefault();
  }

  end() {
    this.video?.stop();
  }
}

/** @param {import("../parts/mount.js").Component<PlayerData>} component */
export default function (component) {
  return mountView(component, PlayerView);
}
