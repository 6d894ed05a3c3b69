// Where things lie along a timeline; numbers only.

const TICK_LEAST_PX = 90;
const TICK_STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const LAST_TICK_SHARE = 0.4; // of a step: so near to the end no tick is written

/**
 * The moments that the axis names, without its end.
 *
 * @param {number} duration seconds
 * @param {number} width pixels
 */
export function ticksOf(duration, width) {
  const fits = Math.max(1, width / TICK_LEAST_PX);
  const step = TICK_STEPS.find((seconds) => duration / seconds <= fits) || duration;
  /** @type {number[]} */
  const ticks = [];
  for (let seconds = 0; seconds <= duration - step * LAST_TICK_SHARE; seconds += step) ticks.push(seconds);
  return ticks;
}

/**
 * At most so many of the items, evenly taken.
 *
 * @template Item
 * @param {Item[]} items
 * @param {number} most
 */
export function spread(items, most) {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / most)]);
}
