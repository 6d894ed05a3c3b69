"""Names for clusters, from the labels of their clips: what a cluster has more of than the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.measure.cluster_fit import check_clusters
from vidviz.types import NOISE

NOISE_NAME = "noise"
DISTINCT = 1.96  # standard errors: of values that mean nothing, 1 in 40 would pass
FEWEST_SHARED = 2  # clips: one of a kind says nothing of a cluster


@dataclass(frozen=True)
class ClusterName:
    """What a cluster is called, and why.

    Attributes:
        name: such as "tennis", or "cluster 3" where no label tells it from the others, or "noise".
        column: the label's column; empty where there is none.
        value: the label's value; empty where there is none.
        inside: how many clips of the cluster have it, of `size`.
        outside: how many of the others have it, of `others`; noise is among the others.
        size: clips of the cluster that have a label in this column.
        others: clips outside that have one.
        z: the log odds ratio in standard errors.
    """

    name: str
    column: str = ""
    value: str = ""
    inside: int = 0
    outside: int = 0
    size: int = 0
    others: int = 0
    z: float = 0.0


def name_clusters(clusters: np.ndarray, labels: Mapping[str, Sequence[str | None]]) -> dict[int, ClusterName]:
    """Name each cluster by the label value that distinguishes it most.

    The measure is the log odds ratio of having the value inside against outside, with a half added to each count
    (Haldane 1956, Anscombe 1956), over its standard error (Woolf 1955). A value that all clips have distinguishes
    none, however frequent, nor does one that a cluster has a single clip of. Two clusters that one value distinguishes
    both get their numbers: "tennis (cluster 1)".

    Args:
        clusters: (N,) ints, -1 for noise.
        labels: column -> the N clips' values; None and "" are no label.

    Returns:
        A name for every number in `clusters`; numbers are shown from 1, as on screen.

    Raises:
        ProjectionError: a column does not hold as many values as there are clips.
    """
    counts = {column: list(values) for column, values in labels.items()}
    numbers = np.unique(np.asarray(clusters)) if len(clusters) else np.empty(0, np.int64)
    found: dict[int, ClusterName] = {}
    for column, values in counts.items():
        check_clusters(clusters, len(values))
        for number, name in _name_by(np.asarray(clusters), numbers[numbers != NOISE], column, values).items():
            if number not in found or name.z > found[number].z:
                found[number] = name
    named = {int(number): found.get(int(number), ClusterName(_numbered(int(number)))) for number in numbers}
    return _made_distinct(named)


def _name_by(
    clusters: np.ndarray, numbers: np.ndarray, column: str, values: list[str | None]
) -> dict[int, ClusterName]:
    """The clusters that some value of one column distinguishes."""
    labelled = np.array([bool(value) for value in values], dtype=bool)
    everywhere = Counter(value for value in values if value)
    total, names = int(labelled.sum()), {}
    for number in numbers.tolist():
        rows = np.flatnonzero(labelled & (clusters == number))
        within = Counter(value for value in (values[row] for row in rows) if value)
        best = None
        for value, inside in within.items():
            outside, others = everywhere[value] - inside, total - len(rows)
            z = log_odds_z(inside, len(rows), outside, others)
            if inside >= FEWEST_SHARED and z > (best.z if best else DISTINCT):
                best = ClusterName(value, column, value, inside, outside, len(rows), others, z)
        if best:
            names[number] = best
    return names


def log_odds_z(inside: int, size: int, outside: int, others: int) -> float:
    """The log odds ratio of `inside` of `size` against `outside` of `others`, in its standard errors."""
    table = np.array([inside, size - inside, outside, others - outside], dtype=np.float64) + 0.5
    ratio = np.log(table[0] / table[1]) - np.log(table[2] / table[3])
    return float(ratio / np.sqrt((1 / table).sum()))


def _made_distinct(named: dict[int, ClusterName]) -> dict[int, ClusterName]:
    """The same, where names that occur twice say which cluster they are of."""
    times = Counter(name.name for name in named.values())
    return {
        number: name
        if times[name.name] == 1
        else ClusterName(**{**vars(name), "name": f"{name.name} ({_numbered(number)})"})
        for number, name in named.items()
    }


def _numbered(number: int) -> str:
    return NOISE_NAME if number == NOISE else f"cluster {number + 1}"
