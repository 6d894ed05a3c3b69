/**
 * A clip as a card or the player shows it; see `ShownClip` in gallery_and_player.py.
 *
 * @typedef {object} ShownClip
 * @property {number} clip_id
 * @property {string} video_id empty where the browser has nothing to play
 * @property {number} start_seconds
 * @property {number} end_seconds
 * @property {string} title
 * @property {string} label
 * @property {string} colour
 * @property {string | null} score
 * @property {string | null} note
 */

export {};
