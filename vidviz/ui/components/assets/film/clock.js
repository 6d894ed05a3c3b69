// The one clock of a film's lanes: when a frame is on screen, and which step of a layer stands over it. Numbers only.

import { clamp } from "../parts/numbers.js";

/** @typedef {{ frames: number, seconds: number, offset: number }} Timed a lane's clip: T equal steps from an offset on */

/**
 * When a frame, or a place between two, is on screen.
 *
 * @param {Timed} clip
 * @param {number} frame
 */
export function shownAt(clip, frame) {
  return clip.offset + (frame * clip.seconds) / clip.frames;
}

/**
 * The frame of a clip that is on screen at a moment of the clock: its first before it begins, its last after its end.
 *
 * @param {Timed} clip
 * @param {number} moment
 */
export function frameAt(clip, moment) {
  const place = ((moment - clip.offset) * clip.frames) / clip.seconds;
  return clamp(Math.round(place), 0, clip.frames - 1);
}

/**
 * The step of a layer that is drawn over a frame: the one whose centre is nearest, the earlier of two.
 *
 * @param {number[]} centres in frames
 * @param {number} frame
 */
export function stepOver(centres, frame) {
  let best = 0;
  for (let i = 1; i < centres.length; i++) {
    if (Math.abs(centres[i] - frame) < Math.abs(centres[best] - frame)) best = i;
  }
  return best;
}

/**
 * The second of the video at a place between the frames; beyond the ends, that of the end.
 *
 * @param {number[]} times of the frames
 * @param {number} frame
 */
export function secondAt(times, frame) {
  const place = clamp(frame, 0, times.length - 1);
  const before = Math.floor(place);
  const after = Math.min(before + 1, times.length - 1);
  return times[before] + (place - before) * (times[after] - times[before]);
}

/**
 * The clip that the clock follows: the one of most frames; of several, the longest, and the first of those.
 *
 * @template {Timed} T
 * @param {T[]} clips
 */
export function leadingClip(clips) {
  return clips.reduce((lead, clip) => {
    const more = clip.frames - lead.frames || clip.seconds - lead.seconds;
    return more > 0 ? clip : lead;
  });
}

/**
 * Where on the stage of the leading clip a moment lies, from 0 to 1: each of its frames is as wide as the others.
 *
 * @param {Timed} lead
 * @param {number} moment
 */
export function placeOf(lead, moment) {
  return clamp((moment - lead.offset) / lead.seconds + 0.5 / lead.frames, 0, 1);
}
