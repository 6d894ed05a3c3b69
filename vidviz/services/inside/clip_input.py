"""A clip before a network: its frames as the network takes them, the network itself, and how it cuts them up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import BackboneError
from vidviz.services.backbones.shared_backbones import load_shared
from vidviz.services.cache import cached, get_or_compute
from vidviz.services.library import contents
from vidviz.services.library.source_files import intact_path
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.description import Backbone
    from vidviz.embed.load import LoadedBackbone
    from vidviz.introspect.film_layout import TokenGrid


@dataclass(frozen=True)
class ClipInput:
    """Which network looks at which clip of which workspace, forwards or backwards."""

    path: Path
    clip_id: int
    backbone: str
    weights: str = "auto"
    backwards: bool = False


@dataclass(frozen=True)
class ReadyInput:
    """A clip for a network: `frames` (T, H, W, 3) uint8, the network (hold its lock while it runs) and its grid."""

    loaded: LoadedBackbone
    frames: np.ndarray
    seconds: float
    grid: TokenGrid

    def clips(self, frames: np.ndarray | None = None) -> Any:
        """Frames (this clip's, where none are given) as the tensor that the network takes."""
        from vidviz.embed.preprocess import frames_to_tensor

        shown = self.frames if frames is None else frames
        return frames_to_tensor(self.loaded.backbone, shown[None], self.loaded.device, self.loaded.dtype)


def prepare_input(clip_input: ClipInput, layers: Sequence[str]) -> ReadyInput:
    """Read the clip's frames and have the network in memory that answers at these layers.

    Raises:
        WorkspaceError: no such clip.
        MediaError: its video cannot be read.
        UnknownNameError: no such backbone.
        BackboneError: the weights cannot be had, or memory is short.
    """
    folder = WorkspaceFolder(clip_input.path)
    seconds = contents.find_clip(folder, clip_input.clip_id).span.seconds
    frames = read_frames(clip_input.path, clip_input.clip_id, clip_input.backbone, clip_input.weights)
    loaded = load_shared(clip_input.backbone, clip_input.weights, layers)
    refuse_untrained(loaded, layers)
    # A copy in order: torch takes no array that runs backwards.
    shown = np.ascontiguousarray(frames[::-1]) if clip_input.backwards else frames
    return ReadyInput(loaded, shown, seconds, grid_of(clip_input.backbone, clip_input.weights, loaded))


def refuse_untrained(loaded: LoadedBackbone, layers: Sequence[str]) -> None:
    """Show nothing that these weights did not make.

    Raises:
        BackboneError: they hold nothing for one of the layers.
    """
    for layer in layers:
        if not loaded.is_trained(layer):
            raise BackboneError(
                f"The weights {loaded.weights} of {loaded.backbone.name} hold nothing for the layer {layer!r}, so that "
                "what it answers would be random: choose another layer."
            )


@contextmanager
def running(loaded: LoadedBackbone) -> Iterator[None]:
    """Hold the network's lock while it runs or is hooked.

    Raises:
        BackboneError: it could not run, for want of memory mostly.
    """
    try:
        with loaded.lock:
            yield
    except RuntimeError as error:
        raise BackboneError(f"{loaded.backbone.name} could not run on this clip: {error}.") from error


def grid_of(backbone: str, weights: str, loaded: LoadedBackbone) -> TokenGrid:
    """The grid that a network lays over its clips, found once; a checkpoint may bring a size of its own."""
    return get_or_compute("inside.clip_input.grid_of", (backbone, weights), lambda: _find_grid(loaded))


def _find_grid(loaded: LoadedBackbone) -> TokenGrid:
    import torch

    from vidviz.introspect.film_layout import find_grid

    empty = torch.zeros(_shape_of(loaded.backbone), device=loaded.device, dtype=loaded.dtype)
    with running(loaded):
        return find_grid(loaded.model, empty)


def outline_of(backbone: Backbone) -> tuple[Any, Any]:
    """The network without numbers, and an empty clip for it: for shapes and arithmetic, at no cost."""
    import torch

    from vidviz.embed.build import build_outline

    return build_outline(backbone), torch.empty(_shape_of(backbone), device="meta")


def _shape_of(backbone: Backbone) -> tuple[int, ...]:
    """The shape of one clip as a network takes it."""
    spec = backbone.frames
    picture = (spec.crop_px, spec.crop_px)
    return (spec.num_frames, 3, *picture) if backbone.per_frame else (1, 3, spec.num_frames, *picture)


@cached()
def read_frames(path: Path, clip_id: int, backbone: str, weights: str) -> np.ndarray:
    """The frames of a clip as a backbone sees them, (T, H, W, 3) uint8, read once; not to be written to.

    Raises:
        MediaError: the video cannot be read.
        BackboneError: the weights, which say how large the frames are, cannot be had.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.prepare import prepare_backbone
    from vidviz.services.backbones.clip_reader import read_one
    from vidviz.services.backbones.decoders import clip_decoder

    folder = WorkspaceFolder(path)
    clip = contents.find_clip(folder, clip_id)
    video = contents.find_video(folder, clip.video_id)
    path_of_video = intact_path(folder, video)
    spec = prepare_backbone(find_backbone(backbone), weights).backbone.frames
    return read_one(clip, path_of_video, video.probe.duration_seconds, spec, clip_decoder())
