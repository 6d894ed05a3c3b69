"""Backbones in memory that all sessions of a server share, run one at a time and no further than is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from vidviz.errors import BackboneError
from vidviz.log.timing import timed
from vidviz.services.cache import cached, clear
from vidviz.services.garbage import leave_loaded_alone

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone


@timed
def load_shared(backbone: str, weights: str, layers: Sequence[str], precision: str = "float32") -> LoadedBackbone:
    """A backbone that answers at these layers, loaded once and shared; hold its lock while it runs.

    Where a network has a light build that serves all of them (the tutorial's, without its dense layers), that is
    what is loaded.

    Raises:
        UnknownNameError: no such backbone.
        BackboneError: the weights cannot be had, or memory is short.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.load import serves_light

    light = all(serves_light(find_backbone(backbone), layer) for layer in layers)
    return _load(backbone, weights, find_backbone(backbone).stages[0].layer if light else None, precision)


@cached(most=2)  # beside the bound in bytes: a third one needs its memory
def _load(backbone: str, weights: str, up_to: str | None, precision: str) -> LoadedBackbone:
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.load import load_backbone

    _make_room(backbone, up_to)
    # By its description: a name that stands in a workspace runs no code that a person did not name here.
    return load_backbone(find_backbone(backbone), weights, precision=precision, up_to=up_to)


def _make_room(backbone: str, up_to: str | None) -> None:
    """Where memory is short, let go what can be computed again."""
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.load import check_memory, serves_light

    row = find_backbone(backbone)
    try:
        check_memory(row, light=serves_light(row, up_to))
    except BackboneError:
        clear()


@cache
def warm_up() -> None:
    """Load what the first look inside needs, once, in the background: torch takes seconds."""
    threading.Thread(target=_import_torch, name="warm-up", daemon=True).start()


def _import_torch() -> None:
    import_module("torch")
    import_module("vidviz.embed.embedder")
    leave_loaded_alone()


class _AllSeenError(Exception):
    """Every layer that was asked for has answered: the rest of the network need not run."""


def run_until_seen(loaded: LoadedBackbone, clips: Any, layers: tuple[str, ...]) -> None:
    """Run the network until all layers have answered; a light build holds no numbers past its last one."""
    waiting = set(layers)

    def notice(name: str) -> Callable[..., None]:
        def answered(*_: Any) -> None:
            waiting.discard(name)
            if not waiting:
                raise _AllSeenError

        return answered

    modules = dict(loaded.model.named_modules())
    handles = [modules[name].register_forward_hook(notice(name)) for name in layers if name in modules]
    try:
        loaded.model(clips)
    except _AllSeenError:
        return
    except RuntimeError as error:
        raise BackboneError(f"{loaded.backbone.name} could not run on this clip: {error}.") from error
    finally:
        for handle in handles:
            handle.remove()
