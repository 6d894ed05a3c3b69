"""Principal component analysis: the map that is there at once."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.project.checks import check_vectors

LARGEST_EXACT = 1024  # above this many rows and columns alike, the randomised method answers sooner
OVERSAMPLING, ITERATIONS = 10, 10
ONE_THREAD = Lock()
ROUNDING = 1e-6  # a component below this part of the vectors' size is float32 noise, not structure


@dataclass(frozen=True)
class PrincipalAxes:
    """Where the axes of a PCA map begin and where they point; applied to any vectors of the same layer.

    Attributes:
        centre: (D,) float32, the mean vector, divided by `scale`.
        directions: (D, dims) float32 of unit length, by falling variance; zeros where the vectors do not spread.
        scale: the largest number in the vectors; divided out, sums of squares stay within float32.
    """

    centre: np.ndarray
    directions: np.ndarray
    scale: float

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """The coordinates (M, dims) float32 of vectors (M, D), in the units of the vectors."""
        points = (vectors / np.float32(self.scale) - self.centre) @ self.directions
        return np.asarray(points * np.float32(self.scale), dtype=np.float32)


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
    return find_axes(matrix, dims).project(matrix)


def explained_variance(vectors: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The part of the vectors' variance that each axis of their PCA map holds, (dims,) in 0..1; zeros where none is.

    Args:
        vectors: (N, D) floats, as they were projected.
        points: (N, dims), their map.
    """
    exact = np.asarray(vectors, dtype=np.float64)
    total = float(((exact - exact.mean(axis=0)) ** 2).sum()) if len(exact) else 0.0
    parts: np.ndarray = (np.asarray(points, dtype=np.float64) ** 2).sum(axis=0)
    return parts / total if total > 0 else np.zeros(points.shape[1])


def place_by_pca(new_vectors: np.ndarray, known_vectors: np.ndarray, dims: int) -> np.ndarray:
    """New clips on the PCA map of known ones, (M, dims) float32: the same axes, applied; no known clip moves.

    Raises:
        ProjectionError: some vectors are not finite, or the two are of different size.
    """
    new, known = check_vectors(new_vectors), check_vectors(known_vectors)
    if new.shape[1] != known.shape[1]:
        raise ProjectionError(
            f"Vectors of {new.shape[1]} numbers cannot be placed on a map of vectors of {known.shape[1]}; they come "
            "from different networks or layers."
        )
    return find_axes(known, dims).project(new)


def find_axes(matrix: np.ndarray, dims: int) -> PrincipalAxes:
    """The axes of the PCA map of (N, D) finite float32 vectors; all zero where these do not spread."""
    directions = np.zeros((matrix.shape[1], dims), dtype=np.float32)
    scale = float(np.abs(matrix).max(initial=0.0))
    if len(matrix) < 2 or scale == 0:
        return PrincipalAxes(np.zeros(matrix.shape[1], np.float32), directions, 1.0)
    centred = matrix / np.float32(scale)
    centre = centred.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred -= centre
    components = _components(centred, min(dims, *centred.shape))
    # Not `std()`, which a thousand equal coordinates and one outlier would hide from.
    spread = np.abs(centred @ components).max(axis=0) > ROUNDING * np.sqrt(matrix.shape[1])
    directions[:, : components.shape[1]] = components * spread
    return PrincipalAxes(centre, directions, scale)


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
    from threadpoolctl import threadpool_limits

    # Of a few hundred rows the decomposition is a chain of small steps: on a busy machine, threads that wait for each
    # other after each step take seconds for what one does in 50 ms. The number of threads is the process's own.
    with ONE_THREAD, threadpool_limits(1, user_api="blas"):
        return np.linalg.eigh(symmetric.astype(np.float64))[1][:, ::-1][:, :count]


def _subspace_iteration(centred: np.ndarray, count: int) -> np.ndarray:
    """The same from a random start (Halko, Martinsson, Tropp 2011, algorithm 4.4), in time N x D; for wide tables."""
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((centred.shape[1], count + OVERSAMPLING)).astype(np.float32)
    for _ in range(ITERATIONS):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    seen = centred @ basis
    return np.asarray(basis @ _leading_vectors(seen.T @ seen, count))
