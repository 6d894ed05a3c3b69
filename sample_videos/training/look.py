"""Training of `simple2d_look`: which shape and which colour the object of a frame has."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.flips import flip_frames
from training.loop import Recipe, normalised
from training.pool import ClipPool
from training.scenes import SHAPES

NUM_FRAMES = 8
RECIPES = (Recipe(steps=3000, batch_size=64, learning_rate=4e-3, weight_decay=0.02, seed=12, measure_every=250),)
SMOOTHING = 0.05


class LookBatches:
    """Draws batches of single frames from a pool and gives their loss."""

    def __init__(self, pool: ClipPool, recipe: Recipe) -> None:
        self._clips = torch.from_numpy(pool.frames)
        self._shapes, self._colours = torch.from_numpy(pool.shapes), torch.from_numpy(pool.colours)
        self._batch_size = recipe.batch_size

    def __call__(self, net: nn.Module, source: torch.Generator) -> Tensor:
        """Cross-entropy of shape and of colour, added, for random frames of random clips, flipped."""
        chosen = torch.randint(len(self._clips), (self._batch_size,), generator=source)
        moments = torch.randint(self._clips.shape[1], (self._batch_size,), generator=source)
        frames = normalised(flip_frames(self._clips[chosen, moments], source))
        with torch.autocast("cpu", torch.bfloat16):
            scores = net(frames.contiguous(memory_format=torch.channels_last))
        shape_scores, colour_scores = scores.float().split(len(SHAPES), dim=1)
        return F.cross_entropy(shape_scores, self._shapes[chosen], label_smoothing=SMOOTHING) + F.cross_entropy(
            colour_scores, self._colours[chosen], label_smoothing=SMOOTHING
        )


def predict_looks(net: nn.Module, pool: ClipPool, batch_size: int = 50) -> tuple[Tensor, Tensor]:
    """The shape and the colour (N,) of each clip, by the mean of the scores of its frames."""
    means = []
    with torch.inference_mode():
        for clips in torch.from_numpy(pool.frames).split(batch_size):
            scores = net(normalised(clips.flatten(0, 1)))
            means.append(scores.view(*clips.shape[:2], -1).mean(1))
    scores = torch.cat(means)
    return scores[:, : len(SHAPES)].argmax(1), scores[:, len(SHAPES) :].argmax(1)


def measure_look(net: nn.Module, pool: ClipPool) -> tuple[float, float]:
    """The part of clips whose shape, and whose colour, is told rightly."""
    shapes, colours = predict_looks(net, pool)
    return (
        float((shapes == torch.from_numpy(pool.shapes)).float().mean()),
        float((colours == torch.from_numpy(pool.colours)).float().mean()),
    )
