"""The effective receptive field of a unit: what really moves it, for the clip at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vidviz.introspect.film_layout import TokenGrid, find_grid, lay_out
from vidviz.introspect.hooks import borrowed

if TYPE_CHECKING:
    from typing import Any

    from torch import Tensor, nn

Unit = tuple[int, int, int, int]


class _SeenError(Exception):
    """The layer has answered: the rest of the network need not run."""


def effective_field(model: nn.Module, layer: str, clip: Tensor, unit: Unit) -> np.ndarray:
    """How strongly each pixel of each frame moves one unit of a layer: |gradient|, summed over colours.

    Luo et al., Understanding the Effective Receptive Field in Deep Convolutional Neural Networks, NeurIPS 2016; here
    for one clip, not averaged over random ones.

    Args:
        model: any module; locked by the caller where threads share it.
        layer: dotted path.
        clip: one clip, (1, 3, T, H, W), or its frames (T, 3, H, W) for networks that see them one by one.
        unit: (channel, t, y, x) in the layer's film (C, T, H, W).

    Returns:
        (T, H, W) float32.

    Raises:
        ValueError: the layer gives no film, or has no such unit.
    """
    import torch

    pixels = clip.detach().clone().requires_grad_(True)
    answers: list[Any] = []

    def see(_module: nn.Module, _inputs: Any, output: Any) -> None:
        answers.append(output)
        raise _SeenError

    grid = find_grid(model, clip)
    with borrowed(model) as stack, torch.enable_grad():
        stack.callback(model.get_submodule(layer).register_forward_hook(see).remove)
        try:
            model(pixels)
        except _SeenError:
            value = _pick(answers[0], grid, unit)
            (gradient,) = torch.autograd.grad(value, pixels)
        else:
            raise ValueError(f"the forward pass does not call {layer}")
    strength = gradient.abs()
    per_pixel = strength[0].sum(0) if strength.dim() == 5 else strength.sum(1)
    return np.asarray(per_pixel.float().cpu().numpy())


def _pick(output: Any, grid: TokenGrid, unit: Unit) -> Tensor:
    import torch

    if not isinstance(output, torch.Tensor):
        raise ValueError("it does not give one tensor")
    film = lay_out(output, grid)
    if any(not 0 <= place < size for place, size in zip(unit, film.shape, strict=True)):
        raise ValueError(f"there is no unit {unit} in {tuple(film.shape)}")
    value: Tensor = film[unit]
    return value
