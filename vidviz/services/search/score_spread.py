"""How high a score is here: the scores of all clips, exactly, for a histogram."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.index.exact_index import compare_exactly
from vidviz.index.rows import check_queries, comparable
from vidviz.log.timing import timed
from vidviz.numbers.metrics import SEARCH_METRICS, SearchMetric
from vidviz.services.cache import cached
from vidviz.services.library import embedding_sets
from vidviz.workspace_folder import WorkspaceFolder


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


@timed
def spread_scores(
    folder: WorkspaceFolder, set_key: str, vector: np.ndarray, metric: SearchMetric = "COSINE", bins: int = 60
) -> ScoreSpread:
    """Compare a vector (D,) with every clip of the set, whatever any filter says."""
    by_direction = SEARCH_METRICS[metric].by_direction
    known = _comparable(folder.path, set_key, embedding_sets.set_version(folder, set_key), by_direction=by_direction)
    query = check_queries(vector, known.shape[1], unit_length=by_direction)
    scores = np.sort(compare_exactly(metric, query, known)[0]) if len(known) else np.empty(0)
    if by_direction:
        scores = np.clip(scores, -1.0, 1.0)
    counts, edges = np.histogram(scores, bins=bins)
    return ScoreSpread(edges, counts, float(np.median(scores)) if len(scores) else float("nan"), scores)


@cached()
def _comparable(path: Path, set_key: str, _version: str, *, by_direction: bool) -> np.ndarray:
    """The vectors that can be compared, (N, D) float32, of unit length where only directions count."""
    vectors = embedding_sets.load_embeddings(WorkspaceFolder(path), set_key).vectors
    compared, problems = comparable(vectors, unit_length=by_direction)
    return compared[[not problem for problem in problems]]
