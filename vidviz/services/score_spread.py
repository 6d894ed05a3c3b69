"""How high a score is here: the scores of all clips, exactly, for a histogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.index.design import Metric, compare_exactly
from vidviz.index.rows import check_queries, unit_vectors
from vidviz.services import embedding_sets
from vidviz.store.workspace import WorkspaceFolder


@dataclass(frozen=True)
class ScoreSpread:
    """The scores of all clips of a set.

    `edges` (B + 1,) and `counts` (B,) are the histogram; `middle` is the median; `scores` (N,) rising.
    """

    edges: np.ndarray
    counts: np.ndarray
    middle: float
    scores: np.ndarray

    def share_below(self, score: float) -> float:
        """Which part of all clips scores lower, 0 to 1."""
        return float(np.searchsorted(self.scores, score - 1e-6) / max(1, len(self.scores)))


def spread_scores(
    folder: WorkspaceFolder, set_key: str, vector: np.ndarray, metric: Metric = "COSINE", bins: int = 60
) -> ScoreSpread:
    """Compare a vector (D,) with every clip of the set, whatever any filter says."""
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    units, problems = unit_vectors(embeddings.vectors)
    usable = np.array([not problem for problem in problems], dtype=bool)
    by_direction = metric == "COSINE"
    known = units[usable] if by_direction else np.asarray(embeddings.vectors[usable], np.float32)
    query = check_queries(vector, embeddings.dimension, unit_length=by_direction)
    scores = np.sort(compare_exactly(metric, query, known)[0]) if len(known) else np.empty(0)
    if by_direction:
        scores = np.clip(scores, -1.0, 1.0)
    counts, edges = np.histogram(scores, bins=bins)
    return ScoreSpread(edges, counts, float(np.median(scores)) if len(scores) else float("nan"), scores)
