"""The class scores of a clip, by the networks that have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import BackboneError
from vidviz.log.timing import timed
from vidviz.services.inside.clip_input import ClipInput, ReadyInput, prepare_input, running

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone


@dataclass(frozen=True)
class Scores:
    """The class scores of a clip: indices, names and probabilities (softmax), best first."""

    classes: tuple[int, ...]
    names: tuple[str, ...]
    probabilities: tuple[float, ...]


@timed
def score_classes(clip_input: ClipInput, most: int = 10) -> Scores:
    """The class scores of a clip, best first.

    Raises:
        BackboneError: the network has no class scores.
    """
    import torch

    ready = with_scores(clip_input)
    scores = run_scores(ready, ready.frames)
    shares = torch.softmax(torch.from_numpy(scores), 0).numpy()
    order = np.argsort(-scores, kind="stable")[:most]
    names = class_names(ready.loaded, len(scores))
    return Scores(
        tuple(int(index) for index in order),
        tuple(names[index] for index in order),
        tuple(float(shares[index]) for index in order),
    )


def class_names(loaded: LoadedBackbone, count: int) -> list[str]:
    """What a network's scores are called; `class 17` where nobody says."""
    names = loaded.class_names
    return list(names) if len(names) == count else [f"class {index}" for index in range(count)]


def with_scores(clip_input: ClipInput) -> ReadyInput:
    """A look by a network that has class scores.

    Raises:
        BackboneError: it has none, or its weights hold none.
    """
    from vidviz.embed.backbones import find_backbone

    stages = find_backbone(clip_input.backbone).stages
    if not stages or "score" not in stages[-1].title.lower():
        raise BackboneError(
            f"{clip_input.backbone} gives no class scores: ask for the similarity to another clip instead."
        )
    return prepare_input(clip_input, (stages[-1].layer,))


def make_score(loaded: LoadedBackbone, pick: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What is scored of the network's output: one row of scores, the mean over frames where it sees them apart."""

    def score(output: Any) -> Any:
        rows = output.reshape(len(output), -1)
        return pick(rows.mean(0) if loaded.backbone.per_frame else rows[0])

    return score


def run_scores(ready: ReadyInput, frames: np.ndarray) -> np.ndarray:
    """The class scores of frames (T, H, W, 3), as float32."""
    import torch

    loaded = ready.loaded
    with running(loaded), torch.inference_mode():
        output = loaded.model(ready.clips(frames))
    rows = output.reshape(len(output), -1).float()
    return np.asarray((rows.mean(0) if loaded.backbone.per_frame else rows[0]).cpu().numpy())
