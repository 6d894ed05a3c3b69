"""Collections built in the background of a server, while searches are answered from the stored vectors.

A process of its own could not do it: the local Milvus file belongs to the one that has it open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from vidviz.errors import VidvizError
from vidviz.index_design import IndexDesign
from vidviz.log.told_errors import sentence_of
from vidviz.numbers.metrics import SearchMetric
from vidviz.services.index import set_index
from vidviz.services.index.exact_search import STORED, index_stored
from vidviz.services.index.freshness import is_checked
from vidviz.services.index.set_index import OpenIndex
from vidviz.services.library import embedding_sets
from vidviz.workspace_folder import WorkspaceFolder

LARGE = 10_000
"""Sets of more clips are brought in line in the background."""


@dataclass
class Building:
    """How far a build is: `done` of `total` rows; `error` says why it ended early."""

    done: int = 0
    total: int = 0
    active: bool = True
    error: str = ""

    @property
    def share(self) -> float:
        """Which part is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0


_builds: dict[tuple[str, str, SearchMetric], Building] = {}
"""By workspace, set and metric. No cache but what a person is shown: of more builds than `MOST_BUILDS`, the oldest
that have ended are forgotten."""
MOST_BUILDS = 64
_guard = threading.Lock()


def find_building(folder: WorkspaceFolder, set_key: str, metric: SearchMetric = "COSINE") -> Building | None:
    """The last build of a set's collection by a metric that this process began, if there is one."""
    return _builds.get((str(folder.path), set_key, metric))


def is_building(folder: WorkspaceFolder, set_key: str, metric: SearchMetric = "COSINE") -> bool:
    """Whether a set's collection by a metric is being built now."""
    building = find_building(folder, set_key, metric)
    return building is not None and building.active


def open_meanwhile(folder: WorkspaceFolder, set_key: str, metric: SearchMetric = "COSINE") -> OpenIndex:
    """The index of a set by a metric; the stored vectors instead while it is being built.

    Raises:
        SearchIndexError: Milvus does not answer, or the metric is not known.
    """
    if not is_building(folder, set_key, metric):
        return set_index.open_index(folder, set_key, metric=metric)
    exact, note = index_stored(folder, embedding_sets.find_set(folder, set_key), metric)
    waiting = "The index is being built; answered from the stored vectors meanwhile."
    return OpenIndex(exact, STORED, f"{waiting} {note}".strip())


def begin_where_large(folder: WorkspaceFolder, set_key: str, metric: SearchMetric = "COSINE") -> Building | None:
    """Begin to bring the collection of a large set in line, unless it is or a failed build says why it cannot be."""
    known = find_building(folder, set_key, metric)
    if known is not None and (known.active or known.error):
        return known
    if is_checked(folder, set_key, metric) or embedding_sets.count_embedded(folder, set_key) <= LARGE:
        return None
    return _begin(folder, set_key, metric, lambda tell: set_index.open_index(folder, set_key, tell, metric))


def begin_rebuild(folder: WorkspaceFolder, set_key: str, design: IndexDesign | None = None) -> Building:
    """Begin to drop a collection and build it anew; a build under way goes on instead."""
    metric = design.metric if design else "COSINE"
    return _begin(folder, set_key, metric, lambda tell: set_index.rebuild_index(folder, set_key, tell, design))


def _begin(
    folder: WorkspaceFolder, set_key: str, metric: SearchMetric, work: Callable[[Callable[..., None]], object]
) -> Building:
    place = (str(folder.path), set_key, metric)
    with _guard:
        known = _builds.get(place)
        if known is not None and known.active:
            return known
        _builds.pop(place, None)
        building = _builds[place] = Building()
        ended = [old for old, build in _builds.items() if not build.active]
        for old in ended[: max(0, len(_builds) - MOST_BUILDS)]:
            del _builds[old]

    def tell(done: int, total: int, message: str = "") -> None:
        building.done, building.total = done, total

    def run() -> None:
        try:
            work(tell)
        except Exception as error:  # a thread's own traceback reaches nobody
            building.error = sentence_of(error, "Something unforeseen went wrong while the index was built")
            if not isinstance(error, VidvizError):
                raise
        finally:
            building.active = False

    threading.Thread(target=run, name="index-building", daemon=True).start()
    return building
