"""A call of a function of torch, as far as what units see depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NUMBERS = "_vidviz_numbers"
"""On a tensor: the whole numbers that it was made of, which on the meta device it does not hold itself."""


class Call:
    """A call of a function of torch: its name without the underscore of in-place ones, arguments and shapes."""

    def __init__(
        self,
        name: str,
        args: Sequence[Any],
        kwargs: dict[str, Any],
        shapes: list[tuple[int, ...]],
        output_shape: tuple[int, ...],
        num_examples: int,
    ) -> None:
        self.name = name.strip("_")
        self.args, self.kwargs, self.num_examples = args, kwargs, num_examples
        self.shapes, self.output_shape = shapes, output_shape

    def setting(self, name: str, place: int, default: Any) -> Any:
        """An argument by its name or its place; `default` where it is missing or None."""
        value = self.kwargs.get(name, self.args[place] if len(self.args) > place else None)
        return default if value is None else value

    @property
    def lays_flat(self) -> bool:
        """Whether all positions of an example become one row: what reads it next sees them all."""
        return len(self.output_shape) <= 2 and len(self.shapes[0]) > 2 and count_positions(self.shapes[0]) > 1

    @property
    def axes(self) -> int:
        """How many axes a window of this function has: its name ends in 1d, 2d or 3d."""
        return int(self.name[-2]) if self.name[-2:] in ("1d", "2d", "3d") else 0

    @property
    def num_steps(self) -> int | None:
        """How many steps in time the result has, where it is (N, C, T, H, W)."""
        return self.output_shape[2] if len(self.output_shape) == 5 else None


def count_positions(shape: tuple[int, ...]) -> int:
    """How many positions (N, C, ...) has."""
    count = 1
    for size in shape[2:]:
        count *= size
    return count
