"""What every iterative layout hands back, and where it starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.project.pca import project_pca

FEWEST_CLIPS = 4  # below, there are no neighbourhoods to keep


@dataclass(frozen=True)
class Layout:
    """`points` (N, dims) float32; `note` tells a person what was done otherwise than asked, or is empty."""

    points: np.ndarray
    note: str = ""


def substitute_pca(vectors: np.ndarray, dims: int, note: str) -> Layout:
    """The map by PCA where the method asked for has none; `note` says why."""
    return Layout(project_pca(vectors, dims), note)


def starting_points(vectors: np.ndarray, dims: int, seed: int) -> np.ndarray:
    """The PCA map within -1..1, with a thousandth of noise, (N, dims) float32.

    The noise gives an axis without any spread some: layouts divide by the spread of every axis. It also parts
    clips that are copies of each other, which no force between points could.
    """
    points = project_pca(vectors, dims)
    points /= np.abs(points).max(initial=1e-12)
    noise = np.random.default_rng(seed).normal(scale=1e-3, size=points.shape)
    return np.asarray(points + noise, dtype=np.float32)
