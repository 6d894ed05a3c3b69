"""Weights brought to this machine, and the backbone as they describe it; torch is not needed yet."""

from __future__ import annotations

import os
from dataclasses import dataclass

from vidviz.embed.backbones import find_backbone
from vidviz.embed.checkpoints.download import Progress, download_weights
from vidviz.embed.checkpoints.weights import AUTO, WeightsChoice, check_digest, choose_weights
from vidviz.embed.description import Backbone, Weights
from vidviz.embed.user_backbones import allow_own, is_own_name
from vidviz.errors import BackboneError
from vidviz.numbers.digests import short_digest


class LicenceError(BackboneError):
    """Weights whose terms a person has not accepted."""


@dataclass(frozen=True)
class ReadyBackbone:
    """A backbone whose weights are on this machine.

    `backbone` says what these weights say: a checkpoint's own size of input and normalisation stand above the
    registry's.
    """

    backbone: Backbone
    weights: WeightsChoice

    @property
    def preprocessing(self) -> str:
        """A digest of what decides the network's input and is not among the weights: 16 hexadecimal digits."""
        path = self.weights.path
        if path is None or not path.is_dir():
            return self.backbone.preprocessing
        from vidviz.embed.checkpoints.folder_settings import settings_digest

        return short_digest(self.backbone.preprocessing + settings_digest(path))


def prepare_backbone(
    name: str | Backbone,
    weights: str | os.PathLike[str] = AUTO,
    *,
    accept_licence: bool = False,
    on_progress: Progress | None = None,
) -> ReadyBackbone:
    """See that weights are on this machine and whole; download them where they are not.

    Args:
        name: a registered name, a `module:function` of one's own, or a description.
        weights: "auto" (the default ones), "random", a published name, or a file's or folder's path.
        accept_licence: whether terms that forbid commercial use are accepted, should weights with such terms have
            to be downloaded.
        on_progress: called with bytes done and bytes in all while weights are downloaded.

    Raises:
        UnknownNameError: no such backbone or weights.
        LicenceError: the weights' terms are not accepted.
        BackboneError: the weights cannot be had.
    """
    if isinstance(name, str):
        name = find_backbone(allow_own(name) if is_own_name(name) else name)
    choice = choose_weights(name, weights)
    if choice.published is not None:
        choice = _fetch(name, choice, choice.published, on_progress, accept_licence=accept_licence)
        name = name.trained_as(choice.published) if choice.published else name
    if choice.path is not None and choice.path.is_dir():
        from vidviz.embed.checkpoints.checkpoint_folder import describe_folder

        return ReadyBackbone(describe_folder(name, choice.path), choice)
    return ReadyBackbone(name, choice)


def _fetch(
    backbone: Backbone,
    choice: WeightsChoice,
    published: Weights,
    on_progress: Progress | None,
    *,
    accept_licence: bool,
) -> WeightsChoice:
    if choice.path is None or choice.here:
        if choice.path is not None and choice.path.is_file():
            check_digest(choice.path, published)
        return choice
    if published.bundled:
        raise BackboneError(f"{choice.path} is missing from this installation of vidviz: install it again.")
    if published.non_commercial and not accept_licence:
        raise LicenceError(
            f"The weights {published.name} of {backbone.name} ({published.size_mb:.0f} MB from {published.url}) are "
            f"licensed as {published.licence}, which forbids commercial use: accept that to download them "
            "(--accept-licence), or use weights=random."
        )
    if published.repository:
        from vidviz.embed.checkpoints.hub_checkpoints import download_repository

        return WeightsChoice(choice.identity, download_repository(backbone.name, published, on_progress), published)
    download_weights(backbone.name, published, choice.path, on_progress)
    return choice
