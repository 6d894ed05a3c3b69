"""The sentence for weights that do not fit: the smallest difference, and whose they are where that can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from vidviz.embed.checkpoints.key_match import match_keys
from vidviz.embed.checkpoints.partial_fit import Difference, Shapes, compare, fit_partly
from vidviz.embed.checkpoints.tensor_tables import Table
from vidviz.embed.description import Backbone
from vidviz.embed.parameter_use import trace_use
from vidviz.errors import BackboneError
from vidviz.words import say_choices, say_first

# How many networks are outlined to find the one that a file is of.
MOST_OUTLINES = 12


def shapes_of(state: Table) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor by its name."""
    return {key: tuple(tensor.shape) for key, tensor in state.items()}


def misfit(
    path: Path, backbone: Backbone, own: Shapes, state: Shapes, *, stripped: str = "", owners: Sequence[str] = ()
) -> BackboneError:
    """What to say of weights that are not this network's.

    Args:
        path: the file or folder.
        backbone: the network that was asked for.
        own: its names and shapes.
        state: the file's, as near to the network's as they come.
        stripped: what was taken off the file's names for that.
        owners: networks whose weights they are.
    """
    said = f"{path} does not hold weights of {backbone.name}"
    what = _say(compare(own, state), own, state)
    if owners:
        return BackboneError(f"{said} ({what}): they are weights of {say_choices(owners)}, so choose that backbone.")
    after = f" after taking off {stripped!r}" if stripped else ""
    fitting = sum(state.get(key) == shape for key, shape in own.items())
    return BackboneError(f"{said}: {what} ({fitting} of {len(own)} tensors fit{after}).")


def _say(difference: Difference, own: Shapes, state: Shapes) -> str:
    if difference.missing or (difference.unexpected and not difference.reshaped):
        missing, unexpected = difference.missing, difference.unexpected
        return f"missing {say_first(missing) or 'nothing'}; unexpected {say_first(unexpected) or 'nothing'}"
    key = difference.reshaped[0]
    return f"{key} is {state[key]} in the file, {own[key]} in the network"


def find_owners(tables: Sequence[Table], backbone: Backbone) -> list[str]:
    """Other networks whose embedding these weights give: registered ones and their nearest relatives."""
    names = {key for table in tables for key in table}
    return [row.name for row in _likely(names, backbone) if _is_owner(row, tables)]


def _is_owner(row: Backbone, tables: Sequence[Table]) -> bool:
    from vidviz.embed.build import build_outline

    try:
        outline = build_outline(row)
        own = shapes_of(outline.state_dict())
        children = [name for name, _ in outline.named_children()]
        state = shapes_of(match_keys(tables, list(own), row.renamed_keys, children).state)
        # Following a network takes longer than comparing names.
        if 2 * sum(state.get(key) == shape for key, shape in own.items()) < len(own):
            return False
        fit = fit_partly(own, state, trace_use(outline, row), row)
    except Exception:  # whatever another package's network raises: this is about a better sentence only
        return False
    return fit is not None and row.embedding_layer not in fit.refused


def _likely(names: set[str], asked: Backbone) -> Iterator[Backbone]:
    """Networks whose chosen layers' names occur in the file, the likeliest first; then relatives by name."""
    from vidviz.embed.backbones import backbones

    rows = {row: _share(row, names) for row in backbones().values() if row.name != asked.name}
    ranked = sorted((row for row, share in rows.items() if share > 0.5), key=lambda row: -rows[row])
    relatives = (row for row in _relatives([asked, *ranked]) if row.name not in {asked.name, *(r.name for r in ranked)})
    for _, row in zip(range(MOST_OUTLINES), (*ranked, *relatives), strict=False):
        yield row


def _share(row: Backbone, names: set[str]) -> float:
    """How many of a network's chosen layers hold a parameter of that name."""
    found = sum(any(f".{stage.layer}." in f".{name}" for name in names) for stage in row.stages)
    return found / max(1, len(row.stages))


def _relatives(rows: Sequence[Backbone]) -> Iterator[Backbone]:
    """torchvision's image networks that are called as the first of these but for numbers."""
    from torchvision import models

    from vidviz.embed.families.any_torchvision import describe_torchvision

    stems = {stem[0] for row in rows[:2] if row.per_frame and (stem := re.match(r"[a-z]+", row.name))}
    for name in models.list_models(module=models):
        if any(re.match(rf"{stem}[\d_]", name) for stem in stems) and (row := describe_torchvision(name)):
            yield row
