"""Where the clips of a video begin and end: pure arithmetic, in whole microseconds."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from vidviz.types import SHORTEST_CLIP_SECONDS, Recipe, Span

MICRO = 1_000_000
PAST_END_SECONDS = 0.5  # what people say of a video's end is not exact
SHORTEST_TAIL = 0.25  # of a window; what is shorter says too little to be a clip of its own


def cut_clips(duration_seconds: float, shots: Iterable[Span], recipe: Recipe) -> list[Span]:
    """The clips of a video, sorted, without duplicates, none across a cut.

    Windows start at 0, stride, 2 * stride ... of the video, or of each shot, as long as they fit. What happens
    to the rest, here for length 4 and stride 3:

        time    0  1  2  3  4  5  6  7  8  9
        whole   [---------)
                         [---------)
        drop                            nothing
        keep                      [------)         the next window, cut short by the end
        shift               [---------)            the next window, moved back so that it ends with the video

    Two exceptions keep slivers out. With `keep`, an uncovered rest shorter than a quarter of a window is not a
    clip: it lengthens the last window (when the stride is longer than the window, so that clips are samples
    anyway, it is left out). With `shift`, an uncovered rest shorter than `SHORTEST_CLIP_SECONDS` does the same,
    rather than make a second clip of the same frames.

    So with a stride not above the length, `keep` and `shift` cover every instant of a video, or of every shot.
    A video shorter than `SHORTEST_CLIP_SECONDS` (one frame) is still one clip; such a shot is none.

    Args:
        duration_seconds: of the video; above zero.
        shots: the shots of the video, in order; used by the recipe `shots` only.
        recipe: how to cut, by windows or shots.
    """
    whole = (0, _last_moment(duration_seconds))
    stretches = [whole]
    if recipe.cut == "shots":
        found = [(round(s.start_seconds * MICRO), min(round(s.end_seconds * MICRO), whole[1])) for s in shots]
        stretches = [s for s in found if s[1] - s[0] >= SHORTEST_CLIP_SECONDS * MICRO] or stretches
    spans = [span for start, end in stretches for span in _lay_windows(start, end, recipe)]
    return [Span(start / MICRO, end / MICRO) for start, end in spans]


def place_segments(duration_seconds: float, segments: Sequence[tuple[float, float]]) -> list[Span | None]:
    """Where the segments that somebody named lie in a video, one each: None for one that lies after its end.

    What reaches over the end is cut off there. A video that is no longer than its only segment, and ends before it, is
    that segment by itself, as data sets are handed out: all of it then.

    Args:
        duration_seconds: of the video; above zero.
        segments: (start, end) in seconds.
    """
    end = _last_moment(duration_seconds)
    if len(segments) == 1:
        ((first, last),) = segments
        if last > duration_seconds + PAST_END_SECONDS and duration_seconds <= last - first + PAST_END_SECONDS:
            return [Span(0, end / MICRO)]
    placed: list[Span | None] = []
    for first, last in segments:
        start, stop = round(first * MICRO), min(round(last * MICRO), end)
        placed.append(Span(start / MICRO, stop / MICRO) if stop > start else None)
    return placed


def cut_segments(duration_seconds: float, segments: Sequence[tuple[float, float]]) -> list[Span]:
    """The segments of a video as clips, sorted, each once; the whole video where it has none."""
    spans = {span for span in place_segments(duration_seconds, segments) if span is not None}
    whole = Span(0, _last_moment(duration_seconds) / MICRO)
    return sorted(spans, key=lambda span: (span.start_seconds, span.end_seconds)) or [whole]


def _last_moment(duration_seconds: float) -> int:
    """The end of a video, in microseconds."""
    return max(1, math.floor(duration_seconds * MICRO + 1e-3))


def _lay_windows(start: int, end: int, recipe: Recipe) -> list[tuple[int, int]]:
    """The windows of one stretch `start` to `end`; all in microseconds."""
    length = round(recipe.length_seconds * MICRO)
    stride = round(recipe.stride_seconds * MICRO)
    if end - start <= length:
        return [(start, end)]
    count = (end - start - length) // stride + 1
    windows = [(start + k * stride, start + k * stride + length) for k in range(count)]
    following = start + count * stride  # where the window that no longer fits would start
    rest = end - max(windows[-1][1], following)
    if rest <= 0 or recipe.tail == "drop":
        return windows
    too_short = SHORTEST_CLIP_SECONDS * MICRO
    if recipe.tail == "keep":
        too_short = max(too_short, SHORTEST_TAIL * length)
    if rest >= too_short:
        windows.append((following, end) if recipe.tail == "keep" else (end - length, end))
    elif stride <= length:
        windows[-1] = (windows[-1][0], end)
    return windows


def leave_out_pauses(spans: Iterable[Span], pauses: Sequence[Span]) -> list[Span]:
    """The clips without those that would show one picture only, again and again: of those in a pause the first stays.

    Clips that reach into a pause from before, or out of it, stay as well.

    Args:
        spans: the clips, sorted.
        pauses: the stretches over which one picture stands still, in order.
    """
    starts = [pause.start_seconds for pause in pauses]
    shown: set[int] = set()
    kept: list[Span] = []
    for span in spans:
        pause = bisect_right(starts, span.start_seconds) - 1
        if pause >= 0 and span.end_seconds <= pauses[pause].end_seconds:
            if pause in shown:
                continue
            shown.add(pause)
        kept.append(span)
    return kept
