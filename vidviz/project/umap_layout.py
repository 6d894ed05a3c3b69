"""The layout of UMAP: links pull, random others push (McInnes, Healy, Melville 2018, section 4.2, algorithm 5).

Where the authors' program moves two points at a time, compiled, this one moves those of a quarter of the links at once,
in numpy: nothing needs to be compiled, and the numbers of steps and the forces are the same. Points at the end of
very many links would leap with all of their forces added; they get the mean of them instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PUSHES_A_LINK = 5
LARGEST_FORCE = 4.0  # on one coordinate, by one link
NEAREST = np.float32(1e-3)  # added to squared distances that are divided by
SHARES = 4  # of all links, moved at once: with fewer the map gets worse, with more it only takes longer
LARGEST_SHARE = 250_000  # links; bounds the memory to about 100 MB
MOST_AT_ONCE = 8  # forces of links that a point follows in full


def fit_curve(min_dist: float) -> tuple[float, float]:
    """The a and b for which 1 / (1 + a d^(2b)) is closest to 1 up to `min_dist` and exp(min_dist - d) beyond it."""
    from scipy.optimize import curve_fit  # type: ignore[import-untyped]

    distances = np.linspace(0, 3, 300)
    wanted = np.where(distances < min_dist, 1.0, np.exp(min_dist - distances))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), distances, wanted)
    return float(a), float(b)


def lay_out(graph: Any, start: np.ndarray, *, min_dist: float, epochs: int, seed: int) -> np.ndarray:
    """Move points until strong links are short.

    Args:
        graph: (N, N) scipy sparse, symmetric, strengths of links in 0..1.
        start: (N, dims) floats, where the points begin; some ten units wide.
        min_dist: how close two points may come.
        epochs: how often the strongest links pull; weaker ones in proportion.
        seed: of the choice of points that push.

    Returns:
        (N, dims) float32.
    """
    rng = np.random.default_rng(seed)
    links = graph.tocoo()
    strengths = (links.data / links.data.max()).astype(np.float32)
    felt = np.flatnonzero(strengths >= 1 / epochs)
    shares = np.array_split(rng.permutation(felt), max(SHARES, -(-len(felt) // LARGEST_SHARE)))
    a, b = (np.float32(value) for value in fit_curve(min_dist))
    points = np.ascontiguousarray(start.T, dtype=np.float32)  # (dims, N): one coordinate after the other
    for epoch in range(epochs):
        rate = np.float32(1 - epoch / epochs)
        for share in shares:
            # A link of strength s pulls in s of all epochs, evenly.
            due = share[np.floor(strengths[share] * (epoch + 1)) > np.floor(strengths[share] * epoch)]
            points += rate * _moves(points, links.row[due], links.col[due], a, b, rng)
    return np.ascontiguousarray(points.T)


def _moves(
    points: np.ndarray, heads: np.ndarray, tails: np.ndarray, a: np.float32, b: np.float32, rng: np.random.Generator
) -> np.ndarray:
    """The step (dims, N) that these links and the pushes that go with them make."""
    count = points.shape[1]
    pulls = _pulls(points[:, heads] - points[:, tails], a, b)
    pushed = np.repeat(heads, PUSHES_A_LINK)
    others = rng.integers(0, count, len(pushed), dtype=np.int32)
    pushes = _pushes(points[:, pushed] - points[:, others], a, b).reshape(len(points), -1, PUSHES_A_LINK).sum(axis=2)
    met = np.bincount(heads, minlength=count) + np.bincount(tails, minlength=count)
    tamed = np.minimum(1.0, MOST_AT_ONCE / np.maximum(met, 1))
    steps = [
        tamed * (np.bincount(heads, pull + push, count) - np.bincount(tails, pull, count))
        for pull, push in zip(pulls, pushes, strict=True)
    ]
    return np.asarray(steps, dtype=np.float32)


def _pulls(apart: np.ndarray, a: np.float32, b: np.float32) -> np.ndarray:
    """The gradient of log(1 / (1 + a d^2b)) at (dims, M) differences; none between points on one place."""
    squares = (apart * apart).sum(axis=0)
    powers = np.power(squares, b)
    factors = -2 * a * b * powers / (np.where(squares > 0, squares, 1) * (1 + a * powers))
    return np.asarray(np.clip(factors * apart, -LARGEST_FORCE, LARGEST_FORCE))


def _pushes(apart: np.ndarray, a: np.float32, b: np.float32) -> np.ndarray:
    """The gradient of log(1 - 1 / (1 + a d^2b)) at (dims, M) differences."""
    squares = (apart * apart).sum(axis=0)
    factors = 2 * b / ((NEAREST + squares) * (1 + a * np.power(squares, b)))
    return np.asarray(np.clip(factors * apart, -LARGEST_FORCE, LARGEST_FORCE))
