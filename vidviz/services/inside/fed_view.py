"""The frames of a clip that a network is given to look inside: one view, by the sampling."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.decode.sample import view_times
from vidviz.errors import WorkspaceError
from vidviz.services.backbones.fed_frames import say_pace
from vidviz.services.cache import cached
from vidviz.services.library import contents
from vidviz.services.library.source_files import intact_path
from vidviz.types import FrameSpec, Sampling
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.description import Backbone

USUAL = "auto"
"""The sampling that a network is embedded by, where nobody asks for another."""


@dataclass(frozen=True)
class FedView:
    """Which moments of a clip a network sees in one view.

    Attributes:
        frames: how many, how large, at which pace.
        times: (T,) float64, the moment of each frame in seconds of the video.
        number: which of the views this is, from 1 on.
        num_views: how many cover the clip.
        clip_start: where the clip begins, in seconds of the video.
        seconds: how long the view lasts: T frames at their pace, or the whole clip where they are spread over it.
    """

    frames: FrameSpec
    times: np.ndarray
    number: int
    num_views: int
    clip_start: float
    seconds: float

    @property
    def title(self) -> str:
        """`View 1 of 2, 0.0–1.1 s`, in seconds of the video."""
        start, end = self.times[0], self.times[0] + self.seconds
        return f"View {self.number} of {self.num_views}, {start:.1f}–{end:.1f} s"

    @property
    def words(self) -> str:
        """What is fed: `16 frames, 15 a second, 0.47–1.47 s`, from the first moment to the last."""
        frames = self.frames
        fed = say_pace(frames) if frames.frames_per_second else f"{count_of(len(self.times), 'frame')} over the clip"
        return f"{fed}, {self.times[0]:.2f}–{self.times[-1]:.2f} s"


@cached()
def find_views(path: Path, clip_id: int, backbone: str, weights: str, sampling: str = USUAL) -> tuple[FedView, ...]:
    """The views of a clip that a network sees by a sampling, in the order of time; see `view_times`.

    Raises:
        WorkspaceError: no such clip.
        UnknownNameError: no such backbone or sampling.
        BackboneError: the weights cannot be had, or the network is not fed by this sampling.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.prepare import prepare_backbone

    folder = WorkspaceFolder(path)
    clip = contents.find_clip(folder, clip_id)
    seconds = contents.find_video(folder, clip.video_id).probe.duration_seconds
    described = prepare_backbone(find_backbone(backbone), weights).backbone
    frames = described.frames_by(read_sampling(sampling, described))
    times = view_times(clip.span, frames, seconds)
    lasts = frames.view_seconds or clip.span.seconds
    return tuple(
        FedView(frames, view, number, len(times), clip.span.start_seconds, lasts)
        for number, view in enumerate(times, 1)
    )


def read_sampling(name: str, backbone: Backbone) -> Sampling:
    """A sampling by its name; a backbone's usual one for "auto"."""
    return backbone.samplings[0] if name == USUAL else name  # type: ignore[return-value]  # frames_by refuses others


def find_view(path: Path, clip_id: int, backbone: str, weights: str, sampling: str, number: int) -> FedView:
    """One of the views of `find_views`.

    Raises:
        WorkspaceError: the clip has no such view; and as `find_views`.
    """
    views = find_views(path, clip_id, backbone, weights, sampling)
    if not 1 <= number <= len(views):
        raise WorkspaceError(
            f"{backbone} sees the clip {clip_id} in {count_of(len(views), 'view')}: ask for view 1"
            + (f" to {len(views)}, not {number}." if len(views) > 1 else f", not {number}.")
        )
    return views[number - 1]


@cached()
def read_view(path: Path, clip_id: int, backbone: str, weights: str, sampling: str, number: int) -> np.ndarray:
    """The frames of a view as a backbone sees them, (T, H, W, 3) uint8, read once; not to be written to.

    Raises:
        MediaError: the video cannot be read; and as `find_view`.
    """
    from vidviz.services.backbones.clip_reader import read_one
    from vidviz.services.backbones.decoders import clip_decoder

    folder = WorkspaceFolder(path)
    view = find_view(path, clip_id, backbone, weights, sampling, number)
    clip = contents.find_clip(folder, clip_id)
    video = contents.find_video(folder, clip.video_id)
    path_of_video = intact_path(folder, video)
    every = read_one(clip, path_of_video, video.probe.duration_seconds, view.frames, clip_decoder())
    first = (number - 1) * len(view.times)
    return every[first : first + len(view.times)].copy()
