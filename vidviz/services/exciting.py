"""Best clips for a channel: which clips of the library excite it most, when and where."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.introspect.layout import lay_out
from vidviz.services import library
from vidviz.services.looking import grid_of
from vidviz.services.progress import Progress, ignore_progress
from vidviz.services.reading import ReadAhead
from vidviz.services.shared_networks import load_shared, run_until_seen
from vidviz.store.workspace import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone

MOST_CLIPS = 400
"""So many clips at most are shown to the network, evenly taken from the library."""


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


_known: dict[tuple[Any, ...], Peaks] = {}
_guard = threading.Lock()


def find_peaks(
    folder: WorkspaceFolder,
    backbone: str,
    weights: str,
    layer: str,
    clip_ids: Sequence[int],
    progress: Progress = ignore_progress,
) -> Peaks:
    """Show clips to a network and keep the largest answer of every channel of a layer; done once, then known.

    Args:
        folder: the workspace.
        backbone: which network.
        weights: which weights.
        layer: whose channels.
        clip_ids: which clips; at most `MOST_CLIPS`, evenly taken.
        progress: told how many clips are done.

    Raises:
        BackboneError: the weights cannot be had, or the layer has no picture.
    """
    key = _key(folder, backbone, weights, layer, clip_ids)
    wanted = key[-1]
    with _guard:
        found = _known.get(key)
    if found is None:
        found = _look(folder, load_shared(backbone, weights, (layer,)), backbone, weights, layer, wanted, progress)
        with _guard:
            _known[key] = found
            while len(_known) > 8:
                _known.pop(next(iter(_known)))
    return found


def knows(folder: WorkspaceFolder, backbone: str, weights: str, layer: str, clip_ids: Sequence[int]) -> bool:
    """Whether `find_peaks` answers at once."""
    with _guard:
        return _key(folder, backbone, weights, layer, clip_ids) in _known


def _key(
    folder: WorkspaceFolder, backbone: str, weights: str, layer: str, clip_ids: Sequence[int]
) -> tuple[Path, str, str, str, tuple[int, ...]]:
    step = max(1, -(-len(clip_ids) // MOST_CLIPS))
    return folder.path, backbone, weights, layer, tuple(int(number) for number in clip_ids[::step])


def _look(
    folder: WorkspaceFolder,
    loaded: LoadedBackbone,
    backbone: str,
    weights: str,
    layer: str,
    clip_ids: Sequence[int],
    progress: Progress,
) -> Peaks:
    todo = [library.find_clip(folder, number) for number in clip_ids]
    videos = {clip.video_id: library.find_video(folder, clip.video_id) for clip in todo}
    changed = {key: library.say_changed(video) for key, video in videos.items()}
    left_out = {clip.id: changed[clip.video_id] for clip in todo if changed[clip.video_id]}
    good = [clip for clip in todo if clip.id not in left_out]
    paths = {key: Path(video.path) for key, video in videos.items()}
    grid = grid_of(backbone, weights, loaded)
    found: list[tuple[int, np.ndarray, np.ndarray]] = []
    with closing(ReadAhead(good, paths, loaded.backbone.frames)) as reads:
        for done, read in enumerate(reads, 1):
            if read.frames is None:
                left_out[read.clip.id] = read.reason
            else:
                film = lay_out(_run(loaded, read.frames, layer), grid)
                found.append((read.clip.id, *peaks_of(film)))
            progress(done, len(good), f"{done} of {len(good)} clips")
    channels = len(found[0][1]) if found else 0
    return Peaks(
        np.array([number for number, _, _ in found], np.int64),
        np.array([values for _, values, _ in found], np.float32).reshape(len(found), channels),
        np.array([places for _, _, places in found], np.float32).reshape(len(found), channels, 3),
        left_out,
    )


def peaks_of(film: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest value of each channel of a film (C, T, H, W), (C,), and its place in parts of each axis, (C, 3)."""
    flat = film.reshape(len(film), -1)
    index = flat.argmax(axis=1)
    places = np.stack(np.unravel_index(index, film.shape[1:]), axis=1)
    return flat[np.arange(len(film)), index], (places + 0.5) / np.array(film.shape[1:])


def _run(loaded: LoadedBackbone, frames: np.ndarray, layer: str) -> np.ndarray:
    import torch

    from vidviz.embed.preprocess import frames_to_tensor
    from vidviz.errors import BackboneError
    from vidviz.introspect.capture import capture_activations

    clips = frames_to_tensor(loaded.backbone, frames[None], loaded.device, loaded.dtype)
    with loaded.lock, torch.inference_mode(), capture_activations(loaded.model, [layer]) as captured:
        run_until_seen(loaded, clips, (layer,))
    if layer not in captured:
        raise BackboneError(captured.skipped[layer])
    return np.asarray(captured[layer].float().cpu().numpy())
