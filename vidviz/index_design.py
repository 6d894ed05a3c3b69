"""How a collection compares and finds vectors: its metric, its index, and their parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from vidviz.errors import SearchIndexError
from vidviz.numbers.metrics import SEARCH_METRICS, SearchMetric

Kind = Literal["FLAT", "HNSW", "IVF_FLAT"]

KINDS: tuple[Kind, ...] = get_args(Kind)
LEAST_EFFORT = 128
MOST_EFFORT = 32_768


@dataclass(frozen=True)
class IndexDesign:
    """A metric and an index with its parameters.

    COSINE compares directions: vectors are stored at unit length and compared by inner product, which spares Lite from
    normalising all of them at every search (half the time at 100,000 clips). IP and L2 take vectors as the network
    gave them; L2 tells the distance itself, not its square.

    Attributes:
        metric: how two vectors are compared.
        kind: FLAT compares all; HNSW (Malkov and Yashunin, arXiv:1603.09320) walks a graph; IVF_FLAT looks into the
            nearest of `nlist` cells.
        m: HNSW: links a clip.
        ef_construction: HNSW: candidates looked at for each clip while building.
        nlist: IVF_FLAT: cells.
    """

    metric: SearchMetric = "COSINE"
    kind: Kind = "FLAT"
    m: int = 16
    ef_construction: int = 200
    nlist: int = 128

    def __post_init__(self) -> None:
        if self.metric not in SEARCH_METRICS:
            raise SearchIndexError(f"Vectors are compared by {', '.join(SEARCH_METRICS)}, not {self.metric!r}.")
        if self.kind not in KINDS:
            raise SearchIndexError(f"An index is one of {', '.join(KINDS)}, not {self.kind!r}.")
        for name, low, high in (("m", 2, 2048), ("ef_construction", 8, 4096), ("nlist", 1, 65_536)):
            if not low <= getattr(self, name) <= high:
                raise SearchIndexError(f"{name} must be between {low} and {high}, not {getattr(self, name)!r}.")

    @property
    def suffix(self) -> str:
        """What the name of the collection ends with; collections by cosine have the plain name."""
        return "" if self.metric == "COSINE" else f"_{self.metric.lower()}"

    @property
    def engine_metric(self) -> str:
        """The metric as the engine is told."""
        return "IP" if self.metric == "COSINE" else self.metric

    @property
    def building(self) -> dict[str, Any]:
        """The settings of the engine's index."""
        params: dict[str, Any] = {}
        if self.kind == "HNSW":
            params = {"M": self.m, "efConstruction": self.ef_construction}
        if self.kind == "IVF_FLAT":
            params = {"nlist": self.nlist}
        # A server reads each parameter by itself; Lite only those that come together under this name.
        together = {"params": dict(params)} if params else {}
        return {"index_type": self.kind, "metric_type": self.engine_metric, "params": {**params, **together}}

    def searching(self, kind: str, k: int, effort: int | None = None) -> dict[str, Any]:
        """Parameters of a search in an index of this kind.

        Args:
            kind: the kind that the collection has.
            k: hits wanted. HNSW always looks at more candidates than it returns.
            effort: HNSW's `ef` (candidates) or IVF_FLAT's `nprobe` (cells); 128 and 16 where nothing is said.
        """
        check_effort(effort)
        params: dict[str, int] = {}
        if kind == "HNSW":
            params = {"ef": max(k, effort or LEAST_EFFORT)}
        elif kind == "IVF_FLAT":
            params = {"nprobe": effort or 16}
        return {"metric_type": self.engine_metric, "params": params}

    def to_scores(self, compared: np.ndarray) -> np.ndarray:
        """What people read, from what the engine tells: similarities, or for L2 the distance (not its square)."""
        found = np.asarray(compared, dtype=np.float64)
        if self.metric == "L2":
            return np.asarray(np.sqrt(np.maximum(found, 0.0)))
        return np.asarray(np.clip(found, -1.0, 1.0)) if self.by_direction else found

    @property
    def by_direction(self) -> bool:
        """Whether vectors are compared at unit length."""
        return SEARCH_METRICS[self.metric].by_direction

    @property
    def smaller_is_nearer(self) -> bool:
        """Whether scores are distances."""
        return SEARCH_METRICS[self.metric].smaller_is_nearer


def check_effort(effort: int | None) -> None:
    """Nothing where an approximate index can try so hard.

    Raises:
        SearchIndexError: it is below 1, or more than any index takes.
    """
    if effort is not None and not 1 <= effort <= MOST_EFFORT:
        raise SearchIndexError(f"ef or nprobe must be between 1 and {MOST_EFFORT:,}, not {effort:,}.")


def default_design(lite: bool, metric: SearchMetric = "COSINE") -> IndexDesign:
    """Exact on Lite, where HNSW loses hits silently as soon as there is a filter; HNSW on a server."""
    return IndexDesign(metric, "FLAT" if lite else "HNSW")
