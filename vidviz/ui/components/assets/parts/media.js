// What the browser fetches from the server beside the page.

// This file is served as <site>/vidviz/assets/<digest>/parts/media.js.
const SITE = new URL("../../../../", import.meta.url).href;

/**
 * The address of something of ours: its kind, then the words that name it.
 *
 * @param {string} kind
 * @param {...(string | number)} words
 */
export function mediaUrl(kind, ...words) {
  return `${SITE}vidviz/${[kind, ...words.map((word) => encodeURIComponent(String(word)))].join("/")}`;
}
