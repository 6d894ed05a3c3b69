"""A backbone ready to run: module, weights, device, number type and the lock that guards it."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vidviz.embed.build import build_model
from vidviz.embed.checkpoints.checkpoint_file import load_checkpoint
from vidviz.embed.checkpoints.class_names import find_class_names
from vidviz.embed.checkpoints.download import Progress
from vidviz.embed.checkpoints.partial_fit import PartialFit
from vidviz.embed.checkpoints.weights import AUTO
from vidviz.embed.description import RANDOM, Backbone
from vidviz.embed.device import choose_device, choose_precision
from vidviz.embed.prepare import ReadyBackbone, prepare_backbone
from vidviz.errors import BackboneError
from vidviz.words import say_first

if TYPE_CHECKING:
    import torch
    from torch import nn


@dataclass(frozen=True)
class LoadedBackbone:
    """A backbone in memory.

    `model` is the plain module in eval mode with the published keys. It takes normalised clips (N, C, T, H, W);
    where `backbone.per_frame`, frames (N, C, H, W) as well. `weights` is the identity that an embedding set
    records. `untrained` are beginnings of the parameters' names for which these weights hold nothing, `refused` the
    layers whose output rests on those, and `unused` names in the weights' file that the network has no place for.
    `class_names` are in the order of the scores, empty where nobody says. Whoever runs or hooks the module holds
    `lock`. `in_float32` are the operators that `dtype` was found to lack on this device.
    """

    backbone: Backbone
    weights: str
    model: nn.Module
    device: torch.device
    dtype: torch.dtype
    untrained: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    in_float32: set[str] = field(default_factory=set, repr=False, compare=False)

    @property
    def random_weights(self) -> bool:
        """Whether the network was never trained; screens must say so."""
        return self.weights == RANDOM

    @property
    def precision(self) -> str:
        """The number type's name, e.g. `bfloat16`."""
        return str(self.dtype).removeprefix("torch.")

    @property
    def left_out(self) -> str:
        """What of the network these weights do not fill, and what of theirs it has no place for; empty if nothing."""
        parts = []
        if self.untrained:
            names = say_first([start.rstrip(".") for start in self.untrained])
            parts.append(f"The weights hold nothing for {names} of the network: layers that rest on that are refused.")
        if self.unused:
            parts.append(f"The network has no place for {say_first(self.unused)} of the weights.")
        return " ".join(parts)

    def is_trained(self, layer: str) -> bool:
        """Whether these weights hold all that a layer's output rests on; random ones count as held."""
        return layer not in self.refused and not any(f"{layer}.".startswith(start) for start in self.untrained)


def load_backbone(
    name: str | Backbone,
    weights: str | os.PathLike[str] = AUTO,
    *,
    device: str | None = None,
    precision: str = "float32",
    up_to: str | None = None,
    accept_licence: bool = False,
    on_progress: Progress | None = None,
) -> LoadedBackbone:
    """Build a backbone, fill it, and place it on its device.

    Args:
        name: a registered name, a `module:function` of one's own, or a description.
        weights: "auto" (the default ones), "random", a published name, or a file's or folder's path.
        device: "cpu", "cuda", "cuda:1", "mps"; the best there is when None.
        precision: "float32", which takes ordinary tensors and is exact; "auto" for the fastest that keeps the
            embeddings (bfloat16 where the processor computes in it); "bfloat16" or "float16".
        up_to: the last layer that will be asked for; what comes after it need not be held in memory.
        accept_licence: whether terms that forbid commercial use are accepted.
        on_progress: called with bytes done and bytes in all while weights are downloaded.

    Raises:
        UnknownNameError: no such backbone, weights, device or precision.
        BackboneError: weights that cannot be had or do not fit, or too little memory.
    """
    choose_device(device)  # before gigabytes are downloaded for nothing
    ready = prepare_backbone(name, weights, accept_licence=accept_licence, on_progress=on_progress)
    return load_ready(ready, device=device, precision=precision, up_to=up_to)


def load_ready(
    ready: ReadyBackbone, *, device: str | None = None, precision: str = "float32", up_to: str | None = None
) -> LoadedBackbone:
    """As `load_backbone`, for a backbone whose weights are on this machine already."""
    import torch

    backbone = ready.backbone
    place = choose_device(device)
    dtype: torch.dtype = getattr(torch, choose_precision(precision, place))
    light = serves_light(backbone, up_to)
    check_memory(backbone, light=light)
    model, fit = _fill(ready, light=light)
    _place(model, place, dtype, torch.channels_last if backbone.per_frame else torch.channels_last_3d)
    names = fit.class_names or find_class_names(backbone, ready.weights)
    return LoadedBackbone(
        backbone, ready.weights.identity, model, place, dtype, fit.untrained, fit.refused, fit.unused, names
    )


def _fill(ready: ReadyBackbone, *, light: bool) -> tuple[nn.Module, PartialFit]:
    """The module with its weights, and what they leave untrained."""
    backbone, path, published = ready.backbone, ready.weights.path, ready.weights.published
    if path is not None and path.is_dir():
        from vidviz.embed.checkpoints.hub_checkpoints import load_folder

        return load_folder(backbone, path)
    model = build_model(backbone, light=light)
    if path is None:
        return model, PartialFit()
    may_lack = published.may_lack if published else tuple(key for known in backbone.weights for key in known.may_lack)
    return model, load_checkpoint(model, path, backbone, may_lack=may_lack)


def serves_light(backbone: Backbone, up_to: str | None) -> bool:
    """Whether the light build of this backbone has every layer up to `up_to`."""
    if backbone.light is None or up_to is None:
        return False
    return not any(up_to == name or up_to.startswith(f"{name}.") for name in backbone.light.without)


def check_memory(backbone: Backbone, *, light: bool = False, available_gib: float | None = None) -> None:
    """See that there is memory for a backbone before it is built.

    Args:
        backbone: the description.
        light: whether only the light build is wanted.
        available_gib: free memory; measured when None.

    Raises:
        BackboneError: there is too little; the sentence says how much it needs and what fits.
    """
    import psutil

    needed = backbone.light.memory_gib if light and backbone.light else backbone.memory_gib
    free = psutil.virtual_memory().available / 2**30 if available_gib is None else available_gib
    if free >= needed:
        return
    advice = "choose a smaller backbone"
    if backbone.light and not light and free >= backbone.light.memory_gib:
        last = [stage.layer for stage in backbone.stages if serves_light(backbone, stage.layer)][-1]
        advice = f"choose the layer {last!r} or an earlier one, which needs {backbone.light.memory_gib:g} GiB"
    raise BackboneError(
        f"{backbone.title} needs about {needed:.1f} GiB of memory and {free:.1f} GiB are free: "
        f"close other programs, or {advice}."
    )


def _place(model: nn.Module, device: torch.device, dtype: torch.dtype, layout: torch.memory_format) -> None:
    """Bring the module into its number type, memory layout and place, one tensor at a time.

    Unlike `Module.to`, it leaves alone what the light build keeps on the meta device.
    """
    import torch

    rank = 4 if layout == torch.channels_last else 5

    def move(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.is_meta:
            return tensor
        kind = dtype if tensor.is_floating_point() else tensor.dtype
        if tensor.dim() == rank:
            return tensor.to(device, kind, memory_format=layout)
        return tensor.to(device, kind)

    model._apply(move)  # type: ignore[no-untyped-call]
