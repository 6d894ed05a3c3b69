"""A weights file into a module: tensors only, never code; what does not fit is named."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidviz.embed.checkpoints.class_names import names_within
from vidviz.embed.checkpoints.key_match import KeyMatch, match_keys
from vidviz.embed.checkpoints.misfit import find_owners, misfit, shapes_of
from vidviz.embed.checkpoints.partial_fit import Head, PartialFit, Shapes, compare, fit_partly
from vidviz.embed.checkpoints.tensor_file import read_file
from vidviz.embed.checkpoints.tensor_tables import Table, find_tables
from vidviz.embed.description import Backbone
from vidviz.embed.parameter_use import ParameterUse, outline_use

if TYPE_CHECKING:
    from torch import nn

log = logging.getLogger(__name__)


def load_checkpoint(model: nn.Module, path: Path, backbone: Backbone, *, may_lack: tuple[str, ...] = ()) -> PartialFit:
    """Fill `model` from a file: all of it, or its trunk with a head of other classes or none.

    Names may have anything before them that all share, and tensors may lie in any table of the file. Tensors of
    layers that are on the meta device (see `LightBuild`) are checked but not read.

    Args:
        model: the module, changed in place: its last layer gets as many classes as the file's.
        path: a safetensors file, or one that `torch.load(weights_only=True)` reads.
        backbone: its name, for the sentences, and how other publishers call its parameters.
        may_lack: beginnings of keys that need not be in the file, wherever they are used.

    Returns:
        What the file leaves untrained, and what it holds besides.

    Raises:
        BackboneError: it is no weights file, or belongs to another network.
    """
    content = read_file(path)
    tables = find_tables(content, path)
    children = [name for name, _ in model.named_children()]
    match = match_keys(tables, list(model.state_dict()), backbone.renamed_keys, children)
    go_without: Callable[[Collection[str]], None] | None = getattr(model, "go_without", None)
    if go_without is not None:
        go_without(model.state_dict().keys() - match.state.keys())
    own = shapes_of(model.state_dict())
    lacking = tuple(start for start in may_lack if not any(key.startswith(start) for key in match.state))
    own = {key: shape for key, shape in own.items() if not key.startswith(lacking)}
    fit = _judge(path, backbone, own, match, tables)
    state = dict(match.state)
    if fit.head:
        _give_classes(model, fit.head, state)
    _copy(state, model)
    return replace(
        fit,
        untrained=lacking + fit.untrained,
        unused=fit.unused + match.beside,
        class_names=names_within(content),
    )


def _judge(path: Path, backbone: Backbone, own: Shapes, match: KeyMatch, tables: list[Table]) -> PartialFit:
    state = shapes_of(match.state)
    if not compare(own, state):
        return PartialFit()
    use = _follow(backbone) if match.fitting else None
    fit = fit_partly(own, state, use, backbone) if use else None
    if fit is None:
        raise misfit(path, backbone, own, state, stripped=match.stripped, owners=find_owners(tables, backbone))
    return fit


def _follow(backbone: Backbone) -> ParameterUse | None:
    """How the backbone uses its parameters; None where it looks at values, so that its outline cannot be followed."""
    try:
        return outline_use(backbone)
    except Exception as error:  # whatever the code of a backbone of one's own raises; all of the file must fit then
        log.info("%s cannot be followed: %s: %s", backbone.name, type(error).__name__, error)
        return None


def _give_classes(model: nn.Module, head: Head, state: Table) -> None:
    """Have the network's last layer score the file's classes; `state` then holds its tensors by the network's names."""
    from torch import nn

    module: Any = model.get_submodule(head.module)
    weight, bias = state.pop(head.weight), state.pop(head.bias, None)
    state[f"{head.module}.weight"] = weight
    module.weight = nn.Parameter(module.weight.new_empty(weight.shape))
    if bias is None:
        module.bias = None
    else:
        state[f"{head.module}.bias"] = bias
        module.bias = nn.Parameter(module.bias.new_empty(bias.shape))
    for size in ("out_features", "out_channels"):
        if hasattr(module, size):
            setattr(module, size, len(weight))


def _copy(state: Table, model: nn.Module) -> None:
    import torch

    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            if key in state and not tensor.is_meta and tensor.shape == state[key].shape:
                tensor.copy_(state[key])
