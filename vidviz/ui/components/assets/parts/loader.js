// The one script that Streamlit itself is given: it fetches a component's modules from the server, and until they are
// there keeps the last call on each parent element. `mount.py` adds the line that calls `mountFrom`, and so this file
// imports nothing.

const FAILED = "This part of the page could not be loaded from the server. Reload the page.";

/**
 * A component's function as Streamlit calls it; returns what ends it.
 *
 * @typedef {{ data: { base?: string }, parentElement: HTMLElement | ShadowRoot }} Call
 * @typedef {(call: Call) => () => void} Mount
 */

/**
 * Where this app lives. Streamlit's own script tells it, also behind a proxy that adds a path; else the server's word.
 *
 * @param {string | undefined} told
 * @param {Document} [page]
 */
export function siteBase(told, page = document) {
  /** @type {HTMLScriptElement | null} */
  const script = page.querySelector('script[src*="static/js/index."]');
  if (script) return script.src.replace(/static\/js\/index\.[^/]*$/, "");
  const path = (told || "").replace(/^\/+|\/+$/g, "");
  return `${page.location.origin}/${path ? path + "/" : ""}`;
}

/**
 * The function of the component whose modules lie at these paths below the app's own, the entry first.
 *
 * @param {string[]} paths
 * @param {(urls: string[]) => Promise<{ default: Mount }>} [load]
 * @param {(told: string | undefined) => string} [findSite]
 * @returns {Mount}
 */
export function mountFrom(paths, load = loadModules, findSite = siteBase) {
  /** @type {WeakMap<Node, Call>} */
  const latest = new WeakMap();
  /** @type {WeakMap<Node, () => void>} */
  const ends = new WeakMap();
  /** @type {Promise<{ default: Mount }> | undefined} */
  let loading;
  /** @type {Mount | undefined} */
  let mount;
  return (call) => {
    const parent = call.parentElement;
    latest.set(parent, call);
    const show = (/** @type {Mount} */ act) => ends.set(parent, act(call));
    if (mount) show(mount);
    else {
      loading ??= load(paths.map((path) => findSite(call.data.base) + path));
      loading.then(
        (loaded) => {
          mount = loaded.default;
          if (latest.get(parent) === call) show(mount);
        },
        () => {
          if (latest.get(parent) === call && !ends.has(parent)) ends.set(parent, tellFailure(parent));
        },
      );
    }
    return () => {
      // A newer call on the same parent goes on with its view.
      if (latest.get(parent) !== call) return;
      latest.delete(parent);
      ends.get(parent)?.();
      ends.delete(parent);
    };
  };
}

/**
 * All files are asked for at once: each names the next only when it has arrived.
 *
 * @param {string[]} urls
 */
function loadModules(urls) {
  for (const url of urls) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = url;
    document.head.appendChild(link);
  }
  return import(urls[0]);
}

/** @param {Node} parent */
function tellFailure(parent) {
  const box = document.createElement("div");
  box.className = "vv";
  const sentence = document.createElement("p");
  sentence.className = "vv-note";
  sentence.setAttribute("role", "alert");
  sentence.textContent = FAILED;
  box.appendChild(sentence);
  parent.appendChild(box);
  return () => box.remove();
}
