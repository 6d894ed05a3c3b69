// Cards of clips. One plays at a time: the strip at once, the video itself when the pointer stays.

const VIDEO_AFTER_MS = 300;
const VOTES_TOLD_AGAIN = 16;

class GalleryView {
  constructor(root) {
    this.root = root;
    this.grid = element("div", "vv-gallery");
    this.grid.setAttribute("role", "group");
    this.grid.addEventListener("keydown", (event) => this.onKey(event));
    root.appendChild(this.grid);
    this.cards = new Map();
    this.votes = [];
  }

  update(data) {
    this.data = data;
    this.grid.setAttribute("aria-label", data.title);
    this.grid.style.setProperty("--vv-card", `${data.card_width_px}px`);
    this.grid.style.setProperty("--vv-most", String(data.columns));
    const kept = new Map();
    for (const clip of data.cards) {
      const known = this.cards.get(clip.clip_id);
      const same = known && known.written === JSON.stringify(clip);
      kept.set(clip.clip_id, same ? known : this.makeCard(clip));
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

  makeCard(clip) {
    const button = element("button", "vv-card");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.clip = clip.clip_id;
    const screen = element("div", "vv-screen");
    const image = element("img");
    image.loading = "lazy";
    image.decoding = "async";
    image.alt = "";
    image.draggable = false;
    image.src = mediaUrl(this.base, "poster", clip.clip_id);
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

  // For the pointer; the keys + and - do the same on the card with the focus.
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

  // Of events that come close together the server may hear the last alone: each tells the votes before it again.
  vote(clip_id, more) {
    const last = this.votes.length ? this.votes[this.votes.length - 1].number : 0;
    this.votes = [...this.votes, { number: Math.max(Date.now(), last + 1), clip_id, more }].slice(-VOTES_TOLD_AGAIN);
    this.send("voted", this.votes);
  }

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

  // `still` is for people who asked for less motion: nothing moves until they press the space bar.
  start(card, still = false) {
    if (still || this.playing === card) return;
    this.stop();
    this.playing = card;
    card.image.src = mediaUrl(this.base, "strip", card.clip.clip_id);
    this.timer = setTimeout(() => this.startVideo(card), VIDEO_AFTER_MS);
  }

  startVideo(card) {
    clearTimeout(this.timer);
    if (!card.clip.video_id) return;
    // Where the video cannot play, the strip goes on.
    this.video = new RangeVideo(card.screen, { onFail: () => this.dropVideo() });
    const url = mediaUrl(this.base, "video", card.clip.video_id);
    this.video.load(url, card.clip.start_seconds, card.clip.end_seconds);
  }

  stop(card = this.playing) {
    if (!card || card !== this.playing) return;
    clearTimeout(this.timer);
    this.dropVideo();
    card.image.src = mediaUrl(this.base, "poster", card.clip.clip_id);
    this.playing = null;
  }

  dropVideo() {
    if (this.video) this.video.stop();
    this.video = null;
  }

  rove(button) {
    if (!button) return;
    for (const card of this.cards.values()) card.button.tabIndex = card.button === button ? 0 : -1;
  }

  onKey(event) {
    const buttons = [...this.grid.children];
    const at = buttons.indexOf(event.target.closest(".vv-card"));
    if (at < 0) return;
    if (event.key === " ") {
      event.preventDefault();
      this.toggle([...this.cards.values()][at]);
      return;
    }
    if (this.data.votes && (event.key === "+" || event.key === "-")) {
      event.preventDefault();
      this.vote([...this.cards.values()][at].clip.clip_id, event.key === "+");
      return;
    }
    const columns = getComputedStyle(this.grid).gridTemplateColumns.split(" ").length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const goals = { Home: 0, End: buttons.length - 1 };
    const goal = event.key in goals ? goals[event.key] : event.key in steps ? at + steps[event.key] : -1;
    if (!(event.key in goals) && !(event.key in steps)) return;
    event.preventDefault();
    if (goal >= 0 && goal < buttons.length) buttons[goal].focus();
  }

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

export default function (component) {
  return mountView(component, GalleryView);
}
