// One clip, large: loops over exactly its range; where the video cannot play, the animated strip stands in.

class PlayerView {
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
    this.box.append(this.screen, this.makeBar(), this.caption, this.note);
    root.appendChild(this.box);
  }

  makeBar() {
    this.bar = element("div", "vv-bar");
    this.playButton = iconButton("play", "Play (space)", () => this.toggle());
    this.scrub = element("input");
    this.scrub.type = "range";
    this.scrub.min = 0;
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
    return this.bar;
  }

  update(data) {
    const clip = data.clip;
    const same = this.clip && this.clip.clip_id === clip.clip_id && this.clip.video_id === clip.video_id;
    this.clip = clip;
    this.screen.style.aspectRatio = String(data.aspect_ratio);
    this.box.style.setProperty("--vv-width", `${Math.round(data.height_px * data.aspect_ratio)}px`);
    this.box.setAttribute("aria-label", `Clip of ${clip.title}`);
    this.writeCaption();
    if (!same) this.open(data);
  }

  writeCaption() {
    const title = element("span", "vv-line vv-title", this.clip.title);
    title.title = this.clip.title;
    const range = element("span", "vv-quiet", timeRange(this.clip.start_seconds, this.clip.end_seconds));
    this.caption.replaceChildren(title, range);
    if (this.clip.label) this.caption.appendChild(labelChip(this.clip.label, this.clip.colour));
    if (this.clip.note) this.caption.appendChild(element("span", "vv-quiet", this.clip.note));
  }

  open(data) {
    if (this.video) this.video.stop();
    this.note.hidden = true;
    this.bar.hidden = false;
    this.seconds = this.clip.end_seconds - this.clip.start_seconds;
    this.scrub.max = this.seconds;
    this.image.src = mediaUrl(this.base, "poster", this.clip.clip_id);
    this.setTime(0);
    this.setPlaying(false);
    if (!this.clip.video_id) return this.fail();
    this.video = new RangeVideo(this.screen, {
      onTime: (offset) => this.setTime(offset),
      onPlaying: (playing) => this.setPlaying(playing),
      onFail: () => this.fail(),
    });
    this.video.load(mediaUrl(this.base, "video", this.clip.video_id), this.clip.start_seconds, this.clip.end_seconds, {
      playing: !REDUCED_MOTION.matches,
      frameSeconds: 1 / data.frame_rate,
    });
  }

  fail() {
    if (this.video) this.video.stop();
    this.video = null;
    this.bar.hidden = true;
    if (!REDUCED_MOTION.matches) this.image.src = mediaUrl(this.base, "strip", this.clip.clip_id);
    this.note.textContent = "This browser cannot play the video, so its preview strip is shown.";
    this.note.hidden = false;
  }

  setPlaying(playing) {
    this.playing = playing;
    setIcon(this.playButton, playing ? "pause" : "play", playing ? "Pause (space)" : "Play (space)");
  }

  setTime(offset) {
    this.scrub.value = offset;
    this.scrub.setAttribute("aria-valuetext", `${offset.toFixed(2)} seconds`);
    this.time.textContent = `${offset.toFixed(2)} / ${this.seconds.toFixed(2)} s`;
  }

  toggle() {
    if (!this.video) return;
    if (this.playing) this.video.pause();
    else this.video.play();
  }

  seek(offset) {
    if (this.video) this.video.seek(offset);
  }

  step(frames) {
    if (this.video) this.video.step(frames);
  }

  onKey(event) {
    const onButton = event.target.closest("button");
    if (event.key === " " && !onButton) this.toggle();
    else if (event.key === ",") this.step(-1);
    else if (event.key === ".") this.step(1);
    else return;
    event.preventDefault();
  }

  end() {
    if (this.video) this.video.stop();
  }
}

export default function (component) {
  return mountView(component, PlayerView);
}
