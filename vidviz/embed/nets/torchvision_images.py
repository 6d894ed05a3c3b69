"""torchvision's image networks, built as their published weights want them, with the last dense layer's input named.

`resnet34`, `vit_b_16` and every other name of torchvision's image classification networks is a function of this
module without arguments. Parameters keep their published names. ViT's positions are learned for one size of picture:
`vit_b_16_384px` is it for another.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torchvision import models

# Arguments that torchvision itself adds when it loads the published weights: the first two were trained on values
# in [-1, 1] and convert ImageNet's normalisation; the third was trained on larger pictures.
AS_PUBLISHED: dict[str, dict[str, Any]] = {
    "googlenet": {"transform_input": True, "init_weights": False},
    "inception_v3": {"transform_input": True, "init_weights": False},
    "vit_h_14": {"image_size": 518},
}


class LastLinear(nn.Linear):
    """A dense layer whose input flows through `penultimate`, a module without parameters."""

    def __init__(self, like: nn.Linear) -> None:
        # On the meta device, because the parameters are taken over from `like`.
        super().__init__(like.in_features, like.out_features, bias=like.bias is not None, device="meta")
        self.weight = like.weight
        self.bias = like.bias
        self.penultimate = nn.Identity()

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores (N, classes) of vectors (N, D)."""
        return super().forward(self.penultimate(vectors))


class NumbersOnProcessor(TorchFunctionMode):
    """Keeps RegNet's arithmetic about its own widths, which needs values, off torch's meta device."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in (torch.arange, torch.tensor):
            kwargs = {"device": "cpu", **kwargs}
        return func(*args, **kwargs)


def last_linear(model: nn.Module) -> str:
    """Dotted path of a network's last dense layer.

    Raises:
        LookupError: it has none (SqueezeNet).
    """
    paths: list[str] = [name for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    if not paths:
        raise LookupError(f"{type(model).__name__} has no dense layer")
    return paths[-1]


def build(name: str, **changes: Any) -> nn.Module:
    """The network with fresh weights; the input of its last dense layer, if it has one, is `PATH.penultimate`."""
    with NumbersOnProcessor() if name.startswith("regnet") else nullcontext():
        model: nn.Module = models.get_model(name, weights=None, **(AS_PUBLISHED.get(name, {}) | changes))
    return name_penultimate(model)


def name_penultimate(model: nn.Module) -> nn.Module:
    """The same network, changed in place so that its last dense layer, if it has one, is a `LastLinear`."""
    try:
        path = last_linear(model)
    except LookupError:
        return model
    parent, _, child = path.rpartition(".")
    setattr(model.get_submodule(parent), child, LastLinear(model.get_submodule(path)))  # type: ignore[arg-type]
    return model


def __getattr__(name: str) -> Callable[[], nn.Module]:
    network, _, size = name.removesuffix("px").rpartition("_")
    if name.endswith("px") and size.isdecimal() and network.startswith("vit_"):
        return partial(build, network, image_size=int(size))
    if name in models.list_models(module=models):
        return partial(build, name)
    raise AttributeError(name)
