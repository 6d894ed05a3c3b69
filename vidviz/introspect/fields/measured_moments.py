"""Where the steps of a layer stand in time, measured: for networks whose code arithmetic does not follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.introspect.fields.step_moments import even_centres
from vidviz.introspect.film_layout import TokenGrid, lay_out
from vidviz.introspect.hooks import borrowed

if TYPE_CHECKING:
    from torch import Tensor, nn


class _SeenError(Exception):
    """The layer has answered: the rest of the network need not run."""


def measure_centres(model: nn.Module, layer: str, example: Tensor, grid: TokenGrid) -> tuple[float, ...]:
    """The effective centre of each step of a layer, in frames: the mean of the frames, each by how much it moves it.

    How much is the squared gradient of a random mixture of all that the step gives, for one clip of noise. Frames
    before the first and after the last are not there to pull, so that steps near the ends of a clip are measured
    nearer to its middle than `receptive_fields` places them. A step that nothing moves stands as if the frames were
    dealt out evenly.

    Args:
        model: any module; locked by the caller where threads share it.
        layer: dotted path.
        example: one clip, (1, 3, T, H, W), or its frames (T, 3, H, W); its values do not count.
        grid: of the network's first layer.

    Raises:
        ValueError: the layer gives no film.
    """
    import torch

    drawn = torch.Generator().manual_seed(0)
    clip = torch.randn(example.shape, generator=drawn).to(example.device, example.dtype).requires_grad_(True)
    answers: list[Any] = []

    def see(_module: nn.Module, _inputs: Any, output: Any) -> None:
        answers.append(output)
        raise _SeenError

    if layer not in dict(model.named_modules()):
        raise ValueError(f"there is no module {layer}")
    with borrowed(model) as stack, torch.enable_grad():
        stack.callback(model.get_submodule(layer).register_forward_hook(see).remove)
        try:
            model(clip)
        except _SeenError:
            film = _as_film(answers[0], grid)
            mixture = torch.randn(film.shape[:1] + film.shape[2:], generator=drawn).to(film.device, film.dtype)
            weights = [_weigh(film[:, step] * mixture, clip) for step in range(film.shape[1])]
        else:
            raise ValueError(f"the forward pass does not call {layer}")
    even = even_centres(len(weights), len(weights[0]))
    return tuple(
        float(np.average(np.arange(len(weight)), weights=weight)) if weight.sum() > 0 else usual
        for weight, usual in zip(weights, even, strict=True)
    )


def _as_film(output: Any, grid: TokenGrid) -> Tensor:
    import torch

    if not isinstance(output, torch.Tensor):
        raise ValueError("it does not give one tensor")
    film: Tensor = lay_out(output, grid)
    return film


def _weigh(values: Tensor, clip: Tensor) -> np.ndarray:
    """How much each frame moves the sum of some values, (T,)."""
    import torch

    if not values.requires_grad:
        return np.zeros(clip.shape[2] if clip.dim() == 5 else len(clip))
    (gradient,) = torch.autograd.grad(values.sum(), clip, retain_graph=True, allow_unused=True, materialize_grads=True)
    squares = gradient.float().square()
    per_frame = squares.sum((0, 1, 3, 4)) if clip.dim() == 5 else squares.sum((1, 2, 3))
    return np.nan_to_num(per_frame.cpu().numpy().astype(np.float64))
