// Streamlit makes an entry of the browser's history for every value that a page writes into its address. Here most of
// them take the place of the entry before, so that Back goes back.

import { takesPlace } from "./entries.js";

/** @type {string[]} */
let pages = [];
let kept = false;

function keep() {
  if (kept) return;
  kept = true;
  const push = history.pushState.bind(history);
  history.pushState = (state, unused, url) => {
    const [before, after] = [new URL(location.href), new URL(url ?? "", location.href)];
    const acted = navigator.userActivation?.isActive ?? true;
    if (takesPlace(before, after, pages, acted)) history.replaceState(state, unused, url);
    else push(state, unused, url);
  };
}

/** @param {import("../parts/mount.js").Component<{ pages: string[] }>} component */
export default function (component) {
  pages = component.data.pages;
  keep();
}
