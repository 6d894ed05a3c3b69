// Votes for and against clips, as the server hears them.

const VOTES_TOLD_AGAIN = 16;

/** @typedef {{ number: number, clip_id: number, more: boolean }} Vote */

/**
 * The votes to send once this one has come. Of events that come close together the server may hear the last alone:
 * each tells the votes before it again, and their numbers, which only rise, say which are new.
 *
 * @param {Vote[]} before
 * @param {number} clip_id
 * @param {boolean} more
 * @param {number} [now] milliseconds
 * @returns {Vote[]}
 */
export function addVote(before, clip_id, more, now = Date.now()) {
  const last = before.at(-1)?.number ?? 0;
  return [...before, { number: Math.max(now, last + 1), clip_id, more }].slice(-VOTES_TOLD_AGAIN);
}
