// Which changes of the address are a step of their own in the browser's history.

const CHOSEN = ["clip", "set"];

/** @param {URL} address */
function pageOf(address) {
  return address.pathname.split("/").filter(Boolean).at(-1) ?? "";
}

/**
 * Whether an address takes the place of the one before it: it is the same page with more said, or the one before named
 * no page. A clip or set that a person put in the place of another is a step.
 *
 * @param {URL} before
 * @param {URL} after
 * @param {string[]} pages
 * @param {boolean} acted whether a person has just done something
 */
export function takesPlace(before, after, pages, acted) {
  if (!pages.includes(pageOf(before))) return true;
  if (pageOf(before) !== pageOf(after)) return false;
  const other = CHOSEN.some((name) => {
    const [was, is] = [before.searchParams.get(name), after.searchParams.get(name)];
    return was !== null && is !== null && was !== is;
  });
  return !(other && acted);
}
