"""Two embeddings of the same clips: how alike they are as a whole (centred kernel alignment)."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import check_rows

FEWEST = 4
"""Of fewer clips the unbiased estimator does not exist."""
BLOCK_NUMBERS = 4_000_000  # of one block of products: 32 MB of float64
SHUFFLED_CLIPS = 1_000
ROUNDING = 1e-10


def linear_cka(first: np.ndarray, second: np.ndarray) -> float:
    """Linear centred kernel alignment without bias: 1 where one embedding is the other turned and scaled, 0 about
    where they have nothing in common.

    CKA = HSIC(A, B) / sqrt(HSIC(A, A) HSIC(B, B)) with a linear kernel, as in Kornblith et al. (2019, Similarity of
    Neural Network Representations Revisited). HSIC is the unbiased estimator HSIC_1 of Song et al. (2012, Feature
    Selection via Dependence Maximization), which Nguyen et al. (2021, Do Wide and Deep Networks Learn the Same Things)
    put in: with K and L the Gram matrices of the two, their diagonals set to 0,

        HSIC = [tr(KL) + 1'K1 1'L1 / ((N - 1)(N - 2)) - 2 / (N - 2) 1'KL1] / (N (N - 3)).

    The plain estimator goes towards 1 for any two embeddings of fewer clips than they have numbers; for unrelated ones
    this one lies about 0, below as well as above.

    Memory is both embeddings in float64, and blocks of products of features, or of clips where they are fewer.

    Args:
        first: (N, D) floats.
        second: (N, E) floats, of the same clips in the same order.

    Returns:
        At most 1, and NaN where an embedding does not tell its clips apart, or there are fewer than `FEWEST`.

    Raises:
        ProjectionError: not of the same clips, or some numbers are not finite.
    """
    one, other = _centred(first, second)
    if len(one) < FEWEST:
        return float("nan")
    return _ratio(_hsic(one, other), _hsic(one, one), _hsic(other, other))


def cka_by_chance(first: np.ndarray, second: np.ndarray, *, shuffles: int = 200, seed: int = 0) -> float:
    """What 19 of 20 pairs of unrelated embeddings stay below: the 95th percentile of CKA with the clips shuffled.

    A permutation test as in Gretton et al. (2007, A Kernel Statistical Test of Independence). Of more than
    `SHUFFLED_CLIPS` clips it looks at so many, drawn by `seed`; of all of them the bound would be lower.

    Args:
        first: (N, D) floats.
        second: (N, E) floats, of the same clips in the same order.
        shuffles: how often the clips of `second` are shuffled.
        seed: of the draw and of the shuffles.

    Raises:
        ProjectionError: as `linear_cka`.
    """
    one, other = _centred(first, second)
    if len(one) < FEWEST:
        return float("nan")
    rng = np.random.default_rng(seed)
    if len(one) > SHUFFLED_CLIPS:
        drawn = rng.choice(len(one), SHUFFLED_CLIPS, replace=False)
        one, other = one[drawn], other[drawn]
    left, right = _centre_gram(one), _centre_gram(other)
    own = float((left * left).sum()), float((right * right).sum())
    orders = (rng.permutation(len(one)) for _ in range(shuffles))
    found = [_ratio(float((left * right[np.ix_(order, order)]).sum()), *own) for order in orders]
    return float(np.percentile(found, 95))


def _centred(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both with the mean clip taken away, which changes no HSIC, and of size 1 about: nothing is lost by rounding."""
    tables = check_rows(first), check_rows(second)
    if len(tables[0]) != len(tables[1]):
        raise ProjectionError(f"Embeddings of {len(tables[0]):,} and {len(tables[1]):,} clips are not of the same.")
    if not len(tables[0]):
        return tables
    return _centre(tables[0]), _centre(tables[1])


def _centre(table: np.ndarray) -> np.ndarray:
    mean = table.mean(axis=0, dtype=np.float64)
    centred = (table - mean).astype(np.float64, copy=False)
    size = float(np.abs(centred).max())
    # A table of equal rows has no spread but the rounding of its mean.
    return centred / size if size > ROUNDING * float(np.abs(mean).max()) else np.zeros_like(centred)


def _ratio(between: float, first: float, second: float) -> float:
    return between / np.sqrt(first * second) if min(first, second) > 0 else float("nan")


def _hsic(one: np.ndarray, other: np.ndarray) -> float:
    """The unbiased estimator from the rows: Gram matrices with an empty diagonal, never held as a whole."""
    count = len(one)
    lengths, others = (one**2).sum(axis=1), (other**2).sum(axis=1)
    sums, beside = one @ one.sum(axis=0) - lengths, other @ other.sum(axis=0) - others
    trace = _dot_of_grams(one, other) - float(lengths @ others)
    total = float(sums.sum()) * float(beside.sum()) / ((count - 1) * (count - 2))
    return (trace + total - 2 / (count - 2) * float(sums @ beside)) / (count * (count - 3))


def _dot_of_grams(one: np.ndarray, other: np.ndarray) -> float:
    """The sum of all products of two Gram matrices' numbers, over features or over clips, whichever are fewer."""
    over_features = one.shape[1] * other.shape[1] <= len(one) * (one.shape[1] + other.shape[1])
    left, right = (one.T, other.T) if over_features else (one, other)
    step = max(1, BLOCK_NUMBERS // max(1, len(right)))
    total = 0.0
    for start in range(0, len(left), step):
        block = left[start : start + step]
        if over_features:
            total += float(((block @ right.T) ** 2).sum())
        else:
            total += float(((block @ left.T) * (right[start : start + step] @ right.T)).sum())
    return total


def _centre_gram(rows: np.ndarray) -> np.ndarray:
    """The U-centred Gram matrix (Székely and Rizzo 2014): the sum of products of two is N (N - 3) times their HSIC."""
    count = len(rows)
    gram = rows @ rows.T
    np.fill_diagonal(gram, 0.0)
    means = gram.sum(axis=1) / (count - 2)
    gram -= means[:, None] + means[None] - float(gram.sum()) / ((count - 1) * (count - 2))
    np.fill_diagonal(gram, 0.0)
    return np.asarray(gram)
