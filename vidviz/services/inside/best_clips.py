"""Best clips for a channel: which clips of the library excite it most, when and where."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.film_layout import lay_out
from vidviz.log.timing import timed
from vidviz.services.backbones.clip_reader import ReadAhead
from vidviz.services.backbones.shared_backbones import load_shared, run_until_seen
from vidviz.services.inside.clip_input import grid_of
from vidviz.services.library import contents
from vidviz.services.library.source_files import say_changed
from vidviz.services.progress import Progress, ignore_progress
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone
    from vidviz.introspect.film_layout import TokenGrid

MOST_CLIPS = 400
"""So many clips at most are shown to the network at a time, evenly taken from those that it has not seen."""
KEPT_LAYERS = 8


@dataclass(frozen=True)
class Peaks:
    """The largest answer of each channel of a layer to each clip, and where it is.

    Attributes:
        clip_ids: (N,) int64.
        values: (N, C) float32.
        places: (N, C, 3) float32, the middle of the largest answer as parts of the clip's length, height and width.
        left_out: clips that could not be read, by their number, with the reason.
    """

    clip_ids: np.ndarray
    values: np.ndarray
    places: np.ndarray
    left_out: dict[int, str]

    def best(self, channel: int, count: int) -> list[tuple[int, float, tuple[float, float, float]]]:
        """The clips that excite a channel most: number, largest answer, and where (frames, rows, columns) in parts."""
        order = np.argsort(-self.values[:, channel], kind="stable")[:count]
        return [
            (int(self.clip_ids[row]), float(self.values[row, channel]), _triple(self.places[row, channel]))
            for row in order
        ]


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    t, y, x = (float(value) for value in values)
    return t, y, x


class _Collected:
    """What is known of a layer so far, clip by clip: filled while the network looks, kept when that is ended."""

    def __init__(self) -> None:
        self.peaks: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self.left_out: dict[int, str] = {}

    def without(self, clip_ids: Sequence[int]) -> list[int]:
        return [int(number) for number in clip_ids if number not in self.peaks and number not in self.left_out]

    def gather(self) -> Peaks:
        found = list(self.peaks.items())
        channels = len(found[0][1][0]) if found else 0
        return Peaks(
            np.array([number for number, _ in found], np.int64),
            np.array([values for _, (values, _) in found], np.float32).reshape(len(found), channels),
            np.array([places for _, (_, places) in found], np.float32).reshape(len(found), channels, 3),
            dict(self.left_out),
        )


_Key = tuple[Path, str, str, str]
_known: dict[_Key, _Collected] = {}
_guard = threading.Lock()


def known_peaks(folder: WorkspaceFolder, backbone: str, weights: str, layer: str) -> Peaks:
    """What earlier calls of `find_peaks` have found for a layer; of no clips where there was none."""
    with _guard:
        collected = _known.get((folder.path, backbone, weights, layer), _Collected())
        return collected.gather()


@timed
def find_peaks(
    folder: WorkspaceFolder,
    backbone: str,
    weights: str,
    layer: str,
    clip_ids: Sequence[int],
    progress: Progress = ignore_progress,
) -> Peaks:
    """Show clips to a network and keep the largest answer of every channel of a layer.

    Clips that were shown before are not shown again: another call goes on with `MOST_CLIPS` of the others. One that is
    ended by an exception out of `progress` keeps what it has found.

    Args:
        folder: the workspace.
        backbone: which network.
        weights: which weights.
        layer: whose channels.
        clip_ids: which clips; `MOST_CLIPS` of those not yet shown at most, evenly taken.
        progress: told how many clips are done.

    Returns:
        All that is known now.

    Raises:
        BackboneError: the weights cannot be had, or the layer has no picture.
    """
    key = (folder.path, backbone, weights, layer)
    with _guard:
        collected = _known.setdefault(key, _Collected())
        while len(_known) > KEPT_LAYERS:
            _known.pop(next(iter(_known)))
        waiting = collected.without(clip_ids)
    step = max(1, -(-len(waiting) // MOST_CLIPS))
    if waiting:
        _look(folder, key, waiting[::step], collected, progress)
    return known_peaks(folder, backbone, weights, layer)


def _look(
    folder: WorkspaceFolder, key: _Key, clip_ids: Sequence[int], collected: _Collected, progress: Progress
) -> None:
    _, backbone, weights, layer = key
    loaded = load_shared(backbone, weights, (layer,))
    todo = [contents.find_clip(folder, number) for number in clip_ids]
    videos = {clip.video_id: contents.find_video(folder, clip.video_id) for clip in todo}
    changed = {key: say_changed(video) for key, video in videos.items()}
    collected.left_out.update({clip.id: changed[clip.video_id] for clip in todo if changed[clip.video_id]})
    good = [clip for clip in todo if clip.id not in collected.left_out]
    paths = {key: Path(video.path) for key, video in videos.items()}
    grid = grid_of(backbone, weights, loaded)
    with closing(ReadAhead(good, paths, loaded.backbone.frames)) as reads:
        for done, read in enumerate(reads, 1):
            if read.frames is None:
                collected.left_out[read.clip.id] = read.reason
            else:
                peaks = peaks_of(_film(loaded, read.frames, layer, grid))
                with _guard:
                    collected.peaks[read.clip.id] = peaks
            progress(done, len(good), f"{done} of {len(good)} clips")


def peaks_of(film: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest value of each channel of a film (C, T, H, W), (C,), and its place in parts of each axis, (C, 3)."""
    flat = film.reshape(len(film), -1)
    index = flat.argmax(axis=1)
    places = np.stack(np.unravel_index(index, film.shape[1:]), axis=1)
    return flat[np.arange(len(film)), index], (places + 0.5) / np.array(film.shape[1:])


def _film(loaded: LoadedBackbone, frames: np.ndarray, layer: str, grid: TokenGrid) -> np.ndarray:
    import torch

    from vidviz.embed.preprocess import frames_to_tensor
    from vidviz.introspect.capture import capture_activations

    clips = frames_to_tensor(loaded.backbone, frames[None], loaded.device, loaded.dtype)
    with loaded.lock, torch.inference_mode(), capture_activations(loaded.model, [layer]) as captured:
        run_until_seen(loaded, clips, (layer,))
    if layer not in captured:
        raise BackboneError(captured.skipped[layer])
    try:
        return np.asarray(lay_out(captured[layer].float().cpu().numpy(), grid))
    except ValueError as error:
        raise BackboneError(f"{layer} has no picture: {error}.") from error
