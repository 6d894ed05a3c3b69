"""The sentence for weights that do not fit: the smallest difference, and whose they are where that can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from vidviz.embed.checkpoints.key_match import match_keys
from vidviz.embed.checkpoints.partial_fit import Difference, Shapes, compare
from vidviz.embed.checkpoints.tensor_tables import Table
from vidviz.embed.description import Backbone
from vidviz.errors import BackboneError

SHOWN_KEYS = 3
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
        return BackboneError(f"{said} ({what}): they are weights of {' or '.join(owners)}, so choose that backbone.")
    after = f" after taking off {stripped!r}" if stripped else ""
    fitting = sum(state.get(key) == shape for key, shape in own.items())
    return BackboneError(f"{said}: {what} ({fitting} of {len(own)} tensors fit{after}).")


def _say(difference: Difference, own: Shapes, state: Shapes) -> str:
    if difference.missing or (difference.unexpected and not difference.reshaped):
        missing, unexpected = difference.missing, difference.unexpected
        return f"{_first('missing', missing)}; {_first('unexpected', unexpected)}"
    key = difference.reshaped[0]
    return f"{key} is {state[key]} in the file, {own[key]} in the network"


def _first(kind: str, keys: Sequence[str]) -> str:
    more = f" and {len(keys) - SHOWN_KEYS} more" if len(keys) > SHOWN_KEYS else ""
    return f"{kind} {', '.join(keys[:SHOWN_KEYS]) or 'nothing'}{more}"


def find_owners(tables: Sequence[Table], backbone: Backbone) -> list[str]:
    """Other networks that these weights fit but for the last layer: registered ones and their nearest relatives."""
    from vidviz.embed.build import build_outline

    names = {key for table in tables for key in table}
    owners = []
    for row in _likely(names, backbone):
        outline = build_outline(row)
        own = shapes_of(outline.state_dict())
        children = [name for name, _ in outline.named_children()]
        match = match_keys(tables, list(own), row.renamed_keys, children)
        difference = compare(own, shapes_of(match.state))
        last = next(reversed(own), "").rpartition(".")[0]
        if not difference.unexpected and all(key.startswith(f"{last}.") for key in difference.lacking):
            owners.append(row.name)
    return owners


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
