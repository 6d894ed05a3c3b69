"""What decides where the points of a map are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from vidviz.errors import ProjectionError

Method = Literal["pca", "umap"]


@dataclass(frozen=True)
class MapSpec:
    """A map's method and its parameters; `n_neighbors`, `min_dist` and `seed` matter to UMAP only.

    `n_neighbors` is how many neighbours of each clip UMAP keeps together (few: fine detail, many: the whole shape),
    `min_dist` how close it may put two points.
    """

    method: Method = "pca"
    dims: int = 2
    n_neighbors: int = 15
    min_dist: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in ("pca", "umap"):
            raise ProjectionError(f"A map is made by 'pca' or 'umap', not {self.method!r}.")
        if self.dims not in (2, 3):
            raise ProjectionError(f"A map has 2 or 3 dimensions, not {self.dims!r}.")
        if not 2 <= self.n_neighbors <= 200:
            raise ProjectionError(f"n_neighbors must be between 2 and 200, not {self.n_neighbors!r}.")
        if not (math.isfinite(self.min_dist) and 0 <= self.min_dist <= 0.99):
            raise ProjectionError(f"min_dist must be between 0 and 0.99, not {self.min_dist!r}.")
        if not 0 <= self.seed < 2**32:
            raise ProjectionError(f"A seed is a whole number from 0 to 2^32 - 1, not {self.seed!r}.")

    @property
    def key(self) -> str:
        """The spec as a short text that may be part of a file's name; equal maps have equal keys."""
        if self.method == "pca":
            return f"pca-{self.dims}"
        return f"umap-{self.dims}-{self.n_neighbors}-{self.min_dist:g}-{self.seed}"
