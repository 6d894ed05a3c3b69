// Where a key leads from one card to another.

/**
 * The place that the key leads to, or -1 where it leads nowhere; undefined where the key is none of ours.
 *
 * @param {string} key
 * @param {number} at
 * @param {number} count
 * @param {number} columns
 */
export function goalOfKey(key, at, count, columns) {
  /** @type {Record<string, number>} */
  const goals = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    Home: 0,
    End: count - 1,
  };
  if (!Object.hasOwn(goals, key)) return undefined;
  return goals[key] >= 0 && goals[key] < count ? goals[key] : -1;
}
