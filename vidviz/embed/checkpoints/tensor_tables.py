"""The tables of tensors by name inside a file's content, however the publisher nests them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidviz.embed.checkpoints.tensor_file import StandIn
from vidviz.errors import BackboneError

if TYPE_CHECKING:
    from torch import Tensor

Table = dict[str, "Tensor"]

# Where several tables fit equally well (a running average of the weights beside them), these come first.
USUAL = ("state_dict", "model_state", "model_state_dict", "model")
DEEPEST = 5


def find_tables(content: Any, path: Path) -> list[Table]:
    """Every table of tensors in a file's content, the likeliest first.

    Tensors may stand beside numbers, texts and lists, and in tables inside tables. Tables that lie beside each other
    (a trunk's and a head's) also give one table with dotted names.

    Args:
        content: as `read_file` gives it.
        path: for the sentence.

    Raises:
        BackboneError: there is none.
    """
    tables = [table for table in _walk(content, DEEPEST, set()) if table]
    if tables:
        return tables
    if any(_is_module(part) for part in (content, *_values(content))):
        raise BackboneError(
            f"{path} holds a whole model, whose code would have to run to read it: save model.state_dict() instead."
        )
    raise BackboneError(f"{path} holds no state_dict (names with tensors): save model.state_dict().")


def _walk(content: Any, depth: int, seen: set[int]) -> Iterator[Table]:
    import torch

    if not isinstance(content, Mapping) or depth == 0 or id(content) in seen:
        return
    seen.add(id(content))  # a table may hold itself
    yield {str(name): value for name, value in content.items() if isinstance(value, torch.Tensor)}
    inner = {str(name): value for name, value in content.items() if isinstance(value, Mapping)}
    for name in sorted(inner, key=lambda name: USUAL.index(name) if name in USUAL else len(USUAL)):
        yield from _walk(inner[name], depth - 1, seen)
    if len(inner) > 1:
        yield _join(inner)


def _join(tables: Mapping[str, Mapping[Any, Any]]) -> Table:
    import torch

    return {
        f"{name}.{key}": value
        for name, table in tables.items()
        for key, value in table.items()
        if isinstance(value, torch.Tensor)
    }


def _values(content: Any) -> tuple[Any, ...]:
    return tuple(content.values()) if isinstance(content, Mapping) else ()


def _is_module(part: Any) -> bool:
    return isinstance(part, StandIn) and isinstance(part.held, Mapping) and "_modules" in part.held
