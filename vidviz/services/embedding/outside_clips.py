"""Which clips the rows of a table are: stretches of videos that somebody else has named and timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from vidviz.records import Clip, Video
from vidviz.services.embedding.outside_tables import OutsideRows
from vidviz.services.library.named_files import NamedFiles
from vidviz.store import clips, videos
from vidviz.store.catalogue import read_catalogue
from vidviz.types import Recipe, Span, clip_id
from vidviz.workspace_folder import WorkspaceFolder

LONGEST_PAST_END_SECONDS = 0.5


def find_stretches(
    folder: WorkspaceFolder, rows: OutsideRows, usable: np.ndarray, reasons: Counter[str]
) -> dict[int, Clip]:
    """Place of the row -> its stretch of a video, a clip without a number yet; `reasons` says why others are none."""
    with read_catalogue(folder) as db:
        every = videos.list_videos(db)
        files = NamedFiles((video, (video.name, video.path, *videos.list_places(db, video.id))) for video in every)
    by_id = {video.id: video for video in every}
    known = {name: _find_video(name, by_id, files) for name in set(rows.video_names[usable].tolist())}
    found = {}
    for place in np.flatnonzero(usable).tolist():
        video = known[str(rows.video_names[place])]
        start, end = (round(float(seconds), 6) for seconds in rows.spans[place])
        if isinstance(video, str):
            reasons[video] += 1
        elif not (0 <= start < end <= video.probe.duration_seconds + LONGEST_PAST_END_SECONDS):
            reasons["its times lie outside of its video"] += 1
        else:
            found[place] = Clip(0, video.id, "", Span(start, end))
    return found


def _find_video(name: str, by_id: Mapping[str, Video], files: NamedFiles[Video]) -> Video | str:
    """The video of this SHA-256, path or name, or why it is none, as the end of a sentence."""
    found = [by_id[name]] if name in by_id else files.find(name)
    if len(found) == 1:
        return found[0]
    return "several videos of this library are called so" if found else "this library has no such video"


def settle_recipe(
    folder: WorkspaceFolder, found: dict[int, Clip], reasons: Counter[str]
) -> tuple[str, dict[int, Clip]]:
    """The recipe that the clips are of: an old one that has all of them, else one of their own."""
    first = next(iter(found.values()))
    if first.recipe_key:
        return first.recipe_key, found
    with read_catalogue(folder) as db:
        recipes = list(clips.count_clips(db))
        for key in recipes:
            there = {(clip.video_id, _times(clip.span)): clip for clip in clips.list_clips(db, key)}
            matched = {place: there.get((clip.video_id, _times(clip.span))) for place, clip in found.items()}
            if all(matched.values()):
                return key, once({place: clip for place, clip in matched.items() if clip}, reasons)
    key = _own_recipe(found, recipes)
    made = {
        place: Clip(clip_id(clip.video_id, clip.span, key), clip.video_id, key, clip.span)
        for place, clip in found.items()
    }
    return key, once(made, reasons)


def _times(span: Span) -> tuple[int, int]:
    return round(span.start_seconds * 1000), round(span.end_seconds * 1000)


def _own_recipe(found: dict[int, Clip], taken: list[str]) -> str:
    """A recipe that describes such clips about, and that nobody uses yet."""
    length = float(np.clip(np.median([clip.span.seconds for clip in found.values()]), 0.1, 3000))
    stride = round(length, 3)
    while (key := Recipe("windows", round(length, 3), round(stride, 3)).key) in taken:
        stride += 0.001
    return key


def once(found: dict[int, Clip], reasons: Counter[str]) -> dict[int, Clip]:
    """Each clip once, as it came last."""
    last = {clip.id: place for place, clip in found.items()}
    reasons["its clip comes again further down"] += len(found) - len(last)
    return {place: found[place] for place in last.values()}
