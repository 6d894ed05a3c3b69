"""Principal component analysis: the map that is there at once."""

from __future__ import annotations

import numpy as np

from vidviz.project.checks import check_vectors

LARGEST_EXACT = 1024  # above this many rows and columns alike, the randomised method answers sooner
OVERSAMPLING, ITERATIONS = 10, 10
ROUNDING = 1e-6  # a component below this part of the vectors' size is float32 noise, not structure


def project_pca(vectors: np.ndarray, dims: int) -> np.ndarray:
    """Project onto the directions of largest variance.

    Every component's sign is chosen so that its largest coefficient is positive: the same vectors always give the
    same map. Where the vectors spread in fewer directions than `dims` (one clip, two clips, all equal), the rest
    of the coordinates are zero.

    Args:
        vectors: (N, D) floats; N may be 0.
        dims: how many coordinates a point gets.

    Returns:
        (N, dims) float32, centred on zero, in the units of the vectors.

    Raises:
        ProjectionError: some vectors are not finite.
    """
    matrix = check_vectors(vectors)
    points = np.zeros((len(matrix), dims), dtype=np.float32)
    peak = float(np.abs(matrix).max(initial=0.0))
    if len(matrix) < 2 or peak == 0:
        return points
    centred = matrix / np.float32(peak)  # sums of squares stay within float32
    centred -= centred.mean(axis=0, dtype=np.float64).astype(np.float32)
    components = _components(centred, min(dims, *centred.shape))
    found = centred @ components
    # Not `found.std()`, which a thousand equal coordinates and one outlier would hide from.
    found[:, np.abs(found).max(axis=0) <= ROUNDING * np.sqrt(matrix.shape[1])] = 0
    points[:, : found.shape[1]] = found * peak
    return points


def _components(centred: np.ndarray, count: int) -> np.ndarray:
    """The leading principal directions, (D, count) float32, by falling variance."""
    rows, columns = centred.shape
    if min(rows, columns) > LARGEST_EXACT:
        directions = _subspace_iteration(centred, count)
    elif columns <= rows:
        directions = _leading_vectors(centred.T @ centred, count)
    else:
        # In float64: where clips spread in fewer directions than asked for, the rest is rounding, and made to unit
        # length it would lie along the real ones.
        exact = centred.astype(np.float64)
        directions = exact.T @ _leading_vectors(exact @ exact.T, count)
        lengths = np.linalg.norm(directions, axis=0)
        real = lengths > ROUNDING * lengths.max(initial=0.0)
        directions = np.where(real, directions / np.where(real, lengths, 1.0), 0.0)
    largest = directions[np.abs(directions).argmax(axis=0), np.arange(count)]
    return np.asarray(directions * np.where(largest < 0, -1.0, 1.0), dtype=np.float32)


def _leading_vectors(symmetric: np.ndarray, count: int) -> np.ndarray:
    """The eigenvectors (n, count) of the largest eigenvalues, largest first; `eigh` sorts them rising."""
    return np.linalg.eigh(symmetric.astype(np.float64))[1][:, ::-1][:, :count]


def _subspace_iteration(centred: np.ndarray, count: int) -> np.ndarray:
    """The same from a random start (Halko, Martinsson, Tropp 2011, algorithm 4.4), in time N x D; for wide tables."""
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((centred.shape[1], count + OVERSAMPLING)).astype(np.float32)
    for _ in range(ITERATIONS):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    seen = centred @ basis
    return np.asarray(basis @ _leading_vectors(seen.T @ seen, count))
