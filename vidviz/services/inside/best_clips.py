"""Best clips for a channel: which clips of the library excite it most, when and where."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from vidviz.decode.sample import view_times
from vidviz.errors import BackboneError
from vidviz.log.timing import timed
from vidviz.services import cache
from vidviz.services.backbones.clip_reader import ReadAhead
from vidviz.services.backbones.shared_backbones import load_shared
from vidviz.services.inside.clip_input import ReadyInput, grid_of
from vidviz.services.inside.fed_view import USUAL, read_sampling
from vidviz.services.inside.film_clock import FilmClock
from vidviz.services.inside.layer_energy import capture_films
from vidviz.services.inside.layer_moments import find_moments
from vidviz.services.library import contents
from vidviz.services.library.source_files import intact_path
from vidviz.services.progress import Progress, ignore_progress
from vidviz.workspace_folder import WorkspaceFolder

MOST_CLIPS = 400
"""So many clips at most are shown to the network at a time, evenly taken from those that it has not seen."""


@dataclass(frozen=True)
class Peaks:
    """The largest answer of each channel of a layer to each clip, and where it is.

    Attributes:
        clip_ids: (N,) int64.
        values: (N, C) float32.
        places: (N, C, 3) float32, where the largest answer stands: the moment in seconds of the video, and the middle
            as parts of the frame's height and width.
        left_out: clips that could not be read, by their number, with the reason.
    """

    clip_ids: np.ndarray
    values: np.ndarray
    places: np.ndarray
    left_out: dict[int, str]

    def best(self, channel: int, count: int) -> list[tuple[int, float, tuple[float, float, float]]]:
        """The clips that excite a channel most: number, largest answer, and where; see `places`."""
        order = np.argsort(-self.values[:, channel], kind="stable")[:count]
        return [
            (int(self.clip_ids[row]), float(self.values[row, channel]), _triple(self.places[row, channel]))
            for row in order
        ]


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    t, y, x = (float(value) for value in values)
    return t, y, x


_Key = tuple[Path, str, str, str, str]
_NAME = "inside.best_clips.find_peaks"
_merging = threading.Lock()
_NOTHING = Peaks(np.empty(0, np.int64), np.empty((0, 0), np.float32), np.empty((0, 0, 3), np.float32), {})


def known_peaks(folder: WorkspaceFolder, backbone: str, weights: str, layer: str, sampling: str = USUAL) -> Peaks:
    """What earlier calls of `find_peaks` have found for a layer, as far as the cache keeps it; of no clips else."""
    return _find_known((folder.path, backbone, weights, layer, sampling))


def _find_known(key: _Key) -> Peaks:
    known: Peaks | None = cache.find_kept(_NAME, key)
    return known or _NOTHING


def _add_known(key: _Key, found: Peaks) -> Peaks:
    """Keep what was found beside what is known already, perhaps of the same clips by another session."""
    with _merging:
        known = _find_known(key)
        new = ~np.isin(found.clip_ids, known.clip_ids)
        merged = found
        if len(known.clip_ids):
            merged = Peaks(
                np.concatenate([known.clip_ids, found.clip_ids[new]]),
                np.concatenate([known.values, found.values[new]]) if new.any() else known.values,
                np.concatenate([known.places, found.places[new]]) if new.any() else known.places,
                {},
            )
        merged = replace(merged, left_out={**known.left_out, **found.left_out})
        cache.keep(_NAME, key, merged)
        return merged


@timed
def find_peaks(
    folder: WorkspaceFolder,
    backbone: str,
    weights: str,
    layer: str,
    clip_ids: Sequence[int],
    progress: Progress = ignore_progress,
    *,
    sampling: str = USUAL,
) -> Peaks:
    """Show clips to a network, all views of each, and keep the largest answer of every channel of a layer.

    Clips that were shown before are not shown again: another call goes on with `MOST_CLIPS` of the others. One that is
    ended by an exception out of `progress` keeps what it has found.

    Args:
        folder: the workspace.
        backbone: which network.
        weights: which weights.
        layer: whose channels.
        clip_ids: which clips; `MOST_CLIPS` of those not yet shown at most, evenly taken.
        progress: told how many clips are done.
        sampling: which frames it sees; "auto" is the network's usual way.

    Returns:
        All that is known now.

    Raises:
        BackboneError: the weights cannot be had, or the layer has no picture.
    """
    key = (folder.path, backbone, weights, layer, sampling)
    known = _find_known(key)
    seen = {*known.clip_ids.tolist(), *known.left_out}
    waiting = [int(number) for number in clip_ids if number not in seen]
    if not waiting:
        return known
    found, left_out = list[_Found](), dict[int, str]()
    try:
        _look(folder, key, waiting[:: -(-len(waiting) // MOST_CLIPS)], found, left_out, progress)
    finally:
        merged = _add_known(key, _gather(found, left_out))
    return merged


_Found = tuple[int, "_Largest"]
"""A clip with the largest answer of each channel (C,) and where it is (C, 3)."""


def _gather(found: Sequence[_Found], left_out: dict[int, str]) -> Peaks:
    if not found:
        return replace(_NOTHING, left_out=left_out)
    return Peaks(
        np.array([number for number, _ in found], np.int64),
        np.array([values for _, (values, _) in found], np.float32),
        np.array([places for _, (_, places) in found], np.float32),
        left_out,
    )


def _look(
    folder: WorkspaceFolder,
    key: _Key,
    clip_ids: Sequence[int],
    found: list[_Found],
    left_out: dict[int, str],
    progress: Progress,
) -> None:
    """Fill `found` and `left_out` clip by clip."""
    _, backbone, weights, layer, sampling = key
    loaded = load_shared(backbone, weights, (layer,))
    todo = [contents.find_clip(folder, number) for number in clip_ids]
    videos = {clip.video_id: contents.find_video(folder, clip.video_id) for clip in todo}
    grid = grid_of(backbone, weights, loaded)
    locate = partial(intact_path, folder)
    spec = loaded.backbone.frames_by(read_sampling(sampling, loaded.backbone))
    with closing(ReadAhead(todo, videos, spec, locate=locate)) as reads:
        for done, read in enumerate(reads, 1):
            if read.frames is None:
                left_out[read.clip.id] = read.reason
            else:
                times = view_times(read.clip.span, spec, videos[read.clip.video_id].probe.duration_seconds)
                views = read.frames.reshape(*times.shape, *read.frames.shape[1:])
                clocks = (FilmClock(view, 0.0, spec.view_seconds) for view in times)
                ready = [ReadyInput(loaded, *one, grid) for one in zip(views, clocks, strict=True)]
                found.append((read.clip.id, _largest([_peaks_in(one, layer) for one in ready])))
            progress(done, len(todo), f"{done} of {len(todo)} clips")


_Largest = tuple[np.ndarray, np.ndarray]
"""The largest value of each channel (C,), and where it is (C, 3)."""


def _largest(views: Sequence[_Largest]) -> _Largest:
    """Of each channel the largest of several views."""
    values, places = (np.stack(part) for part in zip(*views, strict=True))
    best = values.argmax(axis=0)
    channels = np.arange(values.shape[1])
    return values[best, channels], places[best, channels]


def _peaks_in(ready: ReadyInput, layer: str) -> _Largest:
    """The largest answer of each channel of a layer to one view."""
    film = _film(ready, layer)
    values, places = peaks_of(film)
    steps = np.minimum((places[:, 0] * film.shape[1]).astype(int), film.shape[1] - 1)
    moments = ready.clock.at(find_moments(ready, layer, film.shape[1]).centres)
    return values, np.column_stack([moments[steps], places[:, 1:]])


def peaks_of(film: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest value of each channel of a film (C, T, H, W), (C,), and its place in parts of each axis, (C, 3)."""
    flat = film.reshape(len(film), -1)
    index = flat.argmax(axis=1)
    places = np.stack(np.unravel_index(index, film.shape[1:]), axis=1)
    return flat[np.arange(len(film)), index], (places + 0.5) / np.array(film.shape[1:])


def _film(ready: ReadyInput, layer: str) -> np.ndarray:
    films, skipped = capture_films(ready, (layer,))
    if layer not in films:
        raise BackboneError(skipped[layer])
    return films[layer]
