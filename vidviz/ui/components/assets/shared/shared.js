// What the components share. Written before each component's own script by components.py; there is no build step.

const REDUCED_MOTION = window.matchMedia("(prefers-reduced-motion: reduce)");

const ICONS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M7 5.5h3.6v13H7zM13.4 5.5H17v13h-3.6z",
  back: "M6 6h2.4v12H6zM19 6v12l-9-6z",
  forward: "M15.6 6H18v12h-2.4zM5 6l9 6-9 6z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4L12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
};

// Streamlit calls a component's function again whenever its data change, on the same parent element. This keeps one
// view for each parent: made once, updated after, ended when Streamlit unmounts the component.
function mountView(component, View) {
  const parent = component.parentElement;
  if (!parent.vidvizView) {
    const root = element("div", "vv");
    parent.appendChild(root);
    parent.vidvizView = new View(root);
  }
  const view = parent.vidvizView;
  view.send = (name, value) => component.setTriggerValue(name, value);
  view.base = siteBase(component.data.base);
  view.update(component.data);
  return () => {
    if (parent.vidvizView !== view) return;
    view.end();
    view.root.remove();
    delete parent.vidvizView;
  };
}

// Where this app lives. Streamlit's own script tells it, also behind a proxy that adds a path; else the server's word.
function siteBase(told) {
  const script = document.querySelector('script[src*="static/js/index."]');
  if (script) return script.src.replace(/static\/js\/index\.[^/]*$/, "");
  const path = (told || "").replace(/^\/+|\/+$/g, "");
  return `${window.location.origin}/${path ? path + "/" : ""}`;
}

function mediaUrl(base, kind, id) {
  return `${base}vidviz/${kind}/${encodeURIComponent(String(id))}`;
}

// Text is always set as text: names come from people and from files.
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = String(text);
  return node;
}

function iconButton(icon, label, onClick) {
  const button = element("button", "vv-icon");
  button.type = "button";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  button.appendChild(svg);
  button.addEventListener("click", onClick);
  setIcon(button, icon, label);
  return button;
}

function setIcon(button, icon, label) {
  button.querySelector("path").setAttribute("d", ICONS[icon]);
  button.setAttribute("aria-label", label);
  button.title = label;
}

function labelChip(label, colour) {
  const chip = element("span", "vv-chip");
  chip.appendChild(element("span", "", label));
  if (isColour(colour)) chip.style.setProperty("--vv-dot", colour);
  return chip;
}

function isColour(text) {
  return typeof text === "string" && /^#[0-9a-f]{6}$/i.test(text);
}

function timeRange(start, end) {
  if (end < 60) return `${start.toFixed(1)}–${end.toFixed(1)} s`;
  return `${clock(start)}–${clock(end)}`;
}

// 3.2 s, and from one minute on 1:03.2
function clock(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${Math.floor(tenths / 600)}:${rest}`;
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function fromBase64(text, ArrayType) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new ArrayType(bytes.buffer);
}

// Calls back when the theme's colours change; returns the probe to put into the page.
function themeProbe(onChange) {
  const probe = element("div", "vv-probe");
  probe.setAttribute("aria-hidden", "true");
  probe.addEventListener("transitionend", onChange);
  return probe;
}

// A muted video that loops over exactly [start, end) seconds and shows itself only once a frame of it is there.
class RangeVideo {
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
    this.ended = false;
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

  load(url, start, end, { playing = true, frameSeconds = 1 / 25 } = {}) {
    Object.assign(this, { start, end, frameSeconds, wantsPlay: playing, ready: false });
    this.video.classList.add("vv-blank");
    this.video.src = url;
  }

  begin() {
    // A header may promise more than the file holds.
    if (Number.isFinite(this.video.duration)) this.end = Math.min(this.end, Math.max(this.video.duration, this.start));
    this.ready = true;
    this.video.currentTime = this.start + Math.min(this.frameSeconds / 2, 0.005);
    if (this.wantsPlay) this.play();
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

  // `time` is half a frame ahead of the frame on screen, so the jump comes before a frame of the next clip is seen.
  check(time) {
    if (!this.ready || this.video.seeking) return;
    if (time >= this.end - this.frameSeconds * 0.5 || time < this.start - 0.25) {
      if (this.video.paused) return;
      this.rewind();
    }
    this.onTime(this.position());
  }

  rewind() {
    this.video.currentTime = this.start + Math.min(this.frameSeconds / 2, 0.005);
    if (this.wantsPlay) this.play();
  }

  position() {
    return clamp(this.video.currentTime - this.start, 0, this.end - this.start);
  }

  seek(offset) {
    if (!this.ready) return;
    this.video.currentTime = this.start + clamp(offset, 0, this.end - this.start - this.frameSeconds * 0.5);
  }

  // Steps to the middle of the next frame, so that rounding never shows the same one again.
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
