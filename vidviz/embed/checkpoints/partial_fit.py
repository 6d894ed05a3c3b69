"""What of a network a file of weights fills, where it does not hold everything: the trunk alone, a head of one's own.

Names and shapes are compared, and with them the order in which the network uses its parameters: what comes after the
embedding may be lacking or another's, what comes before may not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidviz.embed.description import Backbone

if TYPE_CHECKING:
    from vidviz.embed.parameter_use import ParameterUse

Shapes = Mapping[str, tuple[int, ...]]

# Checkpoints from before torch 0.4.1 lack these counters, which eval mode never reads.
COUNTERS = "num_batches_tracked"


@dataclass(frozen=True)
class Difference:
    """Names that the network has alone, that the file has alone, and that are of other shape in the file."""

    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    reshaped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.reshaped)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The network's names that the file cannot fill as they are."""
        return self.missing + self.reshaped


@dataclass(frozen=True)
class Head:
    """A last layer with other classes than the network's own.

    `module` is its dotted path in the network, `weight` and `bias` its tensors' names in the file; "" for no bias.
    """

    module: str
    weight: str
    bias: str


@dataclass(frozen=True)
class PartialFit:
    """What a file leaves open.

    Attributes:
        head: the class scores' layer, where it has other classes than the network's own.
        untrained: beginnings of the parameters' names that the file does not fill.
        refused: layers whose output rests on those.
        unused: names in the file that the network has no place for.
        class_names: what the file itself calls the classes.
    """

    head: Head | None = None
    untrained: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()


def compare(own: Shapes, state: Shapes) -> Difference:
    """How a file's names and shapes differ from a network's."""
    return Difference(
        tuple(key for key in own if key not in state and not key.endswith(COUNTERS)),
        tuple(key for key in state if key not in own),
        tuple(key for key, shape in own.items() if key in state and shape != state[key]),
    )


def fit_partly(own: Shapes, state: Shapes, use: ParameterUse, backbone: Backbone) -> PartialFit | None:
    """What the file fills, or None where it is another network's or a part is missing amid the others.

    Accepted is a file that fills everything up to the embedding, or everything up to one of the earlier stages and
    nothing that is used later.
    """
    difference = compare(own, state)
    head = _find_head(difference, own, state, use, backbone)
    filled = {head.weight, head.bias} if head else set()
    lacking = [key for key in difference.lacking if head is None or key.rpartition(".")[0] != head.module]
    whole = {key for key in own if key not in difference.lacking}
    if not _cut_cleanly(lacking, whole, use, backbone):
        return None
    trunk = whole & use.before(backbone.embedding_layer)
    unused = tuple(key for key in difference.unexpected if key not in filled)
    if any(_continues_trunk(key, trunk, own) for key in unused):
        return None
    untrained = dict.fromkeys(_start(key, own, lacking) for key in lacking)
    return PartialFit(head, tuple(untrained), use.behind(lacking), unused)


def _find_head(
    difference: Difference, own: Shapes, state: Shapes, use: ParameterUse, backbone: Backbone
) -> Head | None:
    """The file's own last layer: one matrix of as many columns as the network's, whatever its number of classes."""
    module = use.last_module()
    own_keys = {key for key in own if key.rpartition(".")[0] == module}
    lacking = {key for key in difference.lacking if key in use.first_used}
    if not lacking or lacking != own_keys or lacking & use.before(backbone.embedding_layer):
        return None
    place = _empty_place(module, own, lacking)
    given = [key for key in (*difference.unexpected, *difference.reshaped) if key.startswith(f"{place}.")]
    weights = [key for key in given if key.endswith(".weight")]
    if len(weights) != 1 or not set(given) <= {weights[0], bias := weights[0].removesuffix("weight") + "bias"}:
        return None
    shape, own_shape = state[weights[0]], own.get(f"{module}.weight", ())
    if not own_shape or shape[1:] != own_shape[1:] or (bias in given and state[bias] != shape[:1]):
        return None
    if bias in given and f"{module}.bias" not in own:
        return None
    return Head(module, weights[0], bias if bias in given else "")


def _empty_place(module: str, own: Shapes, lacking: Collection[str]) -> str:
    """The outermost part of the network around a module that has no other parameters than its own."""
    place = module
    while "." in place:
        outer = place.rpartition(".")[0]
        if any(key.startswith(f"{outer}.") and key not in lacking and not key.endswith(COUNTERS) for key in own):
            break
        place = outer
    return place


def _cut_cleanly(lacking: Collection[str], whole: Collection[str], use: ParameterUse, backbone: Backbone) -> bool:
    """Whether what is lacking are whole layers, after the embedding or else to the very end."""
    modules = {key.rpartition(".")[0] for key in lacking if key in use.first_used}
    if any(key.rpartition(".")[0] in modules for key in whole if key in use.first_used):
        return False
    if not use.before(backbone.embedding_layer).intersection(lacking):
        return bool(set(whole) & use.first_used.keys())
    cut = min(use.first_used[key] for key in lacking if key in use.first_used)
    if any(use.first_used.get(key, 0) > cut for key in whole):
        return False
    return any(use.ended.get(stage.layer, cut) < cut for stage in backbone.stages)


def _continues_trunk(key: str, trunk: Collection[str], own: Shapes) -> bool:
    """Whether a name that the network lacks stands amid the trunk's parts: it is a deeper network's, then.

    A name beside the trunk's parts (a decoder, a projection) is none of this network's business, unless it is
    numbered as they are.
    """
    around = ""
    for part in key.split(".")[:-1]:
        if not any(name.startswith(f"{around}{part}.") for name in own):
            break
        around += f"{part}."
    inside = [name for name in trunk if name.startswith(around)]
    if around:
        return bool(inside)
    return _unnumbered(key.partition(".")[0]) in {_unnumbered(name.partition(".")[0]) for name in inside}


def _unnumbered(part: str) -> str:
    return re.sub(r"\d+", "#", part)


def _start(key: str, own: Shapes, lacking: Collection[str]) -> str:
    """The beginning that a lacking name shares with all that is lacking around it."""
    module = key.rpartition(".")[0]
    return f"{_empty_place(module, own, lacking)}." if module else key
