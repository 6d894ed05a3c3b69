"""Search: a direction -> its nearest clips, filtered, with scores and where to find them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

import numpy as np

from vidviz.errors import SearchIndexError
from vidviz.index.filters import Filter, NotClip, NotVideoIn, join_filters
from vidviz.index.hit_order import rank_neighbours
from vidviz.index.milvus.failures import NoAnswerError
from vidviz.index.rows import check_k, check_queries
from vidviz.index.vector_index import VectorIndex
from vidviz.index_design import check_effort
from vidviz.log.timing import timed
from vidviz.measure.directions import cosines_to
from vidviz.numbers.metrics import SEARCH_METRICS, SearchMetric
from vidviz.records import EmbeddingSet
from vidviz.services.index.background_build import open_meanwhile
from vidviz.services.index.exact_search import STORED
from vidviz.services.index.filter_expressions import to_index_filters
from vidviz.services.index.freshness import MENDED, count_again, forget_checked, known_rows
from vidviz.services.index.set_index import OpenIndex
from vidviz.services.library import contents, embedding_sets
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.search.hits import Hit, describe
from vidviz.services.search.queries import Example, Query
from vidviz.services.search.query_vector import clip_vector, query_vector
from vidviz.store.catalogue import read_catalogue
from vidviz.types import Neighbour
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class SearchOptions:
    """How to answer.

    Attributes:
        k: how many hits at most.
        clip_filter: which clips may be found.
        leave_out_own_video: no clips of the videos that are asked with.
        include_self: whether the clip that is asked with is among its own hits.
        threshold: the worst score that counts; a cosine or inner product at least, a distance at most.
        best_per_video: only the nearest clip of each video.
        metric: how vectors are compared.
        effort: how hard an approximate index tries (`ef`, `nprobe`); its usual where None.
    """

    k: int = 10
    clip_filter: ClipFilter = field(default_factory=ClipFilter)
    leave_out_own_video: bool = False
    include_self: bool = True
    threshold: float | None = None
    best_per_video: bool = False
    metric: SearchMetric = "COSINE"
    effort: int | None = None


@dataclass(frozen=True)
class SearchAnswer:
    """Hits, nearest first, which engine answered, and a note where a person should know more.

    `expression` is the filter as Milvus got it, `vector` (D,) what was searched with; the hits are clips of
    `recipe_key`.
    """

    hits: tuple[Hit, ...]
    engine: str
    note: str
    expression: str = ""
    vector: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32), repr=False, compare=False)
    recipe_key: str = ""


@timed
def search(folder: WorkspaceFolder, set_key: str, query: Query, options: SearchOptions | None = None) -> SearchAnswer:
    """The clips nearest to what is asked for.

    Where one clip is all that is asked with, it comes first, with score 1.0, unless it is left out, the filter keeps
    it out or more is wanted than 1.0; so it does among any number of exact copies.

    Raises:
        WorkspaceError: a clip or file that is asked with is not there, or the set holds no vector of it.
        MediaError, BackboneError: what is asked with cannot be read, or the network cannot take it.
        SearchIndexError: Milvus does not answer, `k` is not between 1 and 16,384, or nothing is asked for.
    """
    options = options or SearchOptions()
    check_k(options.k)
    with read_catalogue(folder):  # one connection for all that is looked up
        return _search(folder, set_key, query, options)


def _search(folder: WorkspaceFolder, set_key: str, query: Query, options: SearchOptions) -> SearchAnswer:
    found = embedding_sets.find_set(folder, set_key)
    vector = query_vector(folder, found.key, query)
    conditions = to_index_filters(folder, found.spec.recipe_key, options.clip_filter)
    conditions += _own_videos(folder, query) if options.leave_out_own_video else ()
    itself = query.only_clip
    by_direction = SEARCH_METRICS[options.metric].by_direction
    itself_first = itself is not None and by_direction and not options.leave_out_own_video
    if itself_first and itself is not None:
        conditions += (NotClip((itself,)),)
    elif not options.include_self:
        conditions += (NotClip(tuple(example.clip_id for example in query.examples if example.weight > 0)),)
    reaches = options.threshold is None or _is_near_enough(1.0, options.threshold, options.metric)
    shown_first = itself_first and options.include_self and reaches
    if not shown_first or not _is_kept(folder, found, itself, options.clip_filter):
        itself = None
    answer = search_by_vector(folder, found.key, vector, options, conditions)
    if itself is None:
        return answer
    first = describe(folder, found.spec.recipe_key, [Neighbour(itself, 1.0)])
    others = [hit for hit in answer.hits if not (options.best_per_video and hit.video_id == first[0].video_id)]
    hits = (*first, *others)[: options.k]
    return replace(answer, hits=hits)


@timed
def search_by_vector(
    folder: WorkspaceFolder,
    set_key: str,
    vector: np.ndarray,
    options: SearchOptions | None = None,
    conditions: tuple[Filter, ...] | None = None,
) -> SearchAnswer:
    """The clips nearest to a vector (D,), wherever it comes from; `conditions` stand for the options' filter.

    Raises:
        SearchIndexError: Milvus does not answer, or the vector is of another size, zero or not finite.
    """
    with read_catalogue(folder):  # one connection for all that is looked up
        return _search_by_vector(folder, set_key, vector, options or SearchOptions(), conditions)


def _search_by_vector(
    folder: WorkspaceFolder,
    set_key: str,
    vector: np.ndarray,
    options: SearchOptions,
    conditions: tuple[Filter, ...] | None,
) -> SearchAnswer:
    found = embedding_sets.find_set(folder, set_key)
    if conditions is None:
        conditions = to_index_filters(folder, found.spec.recipe_key, options.clip_filter)
    check_queries(vector, found.dimension, unit_length=SEARCH_METRICS[options.metric].by_direction)
    check_k(options.k)
    check_effort(options.effort)
    if options.threshold is not None and not np.isfinite(options.threshold):
        raise SearchIndexError("The threshold must be a number.")
    expression = join_filters(conditions)
    opened, neighbours, note = _ask_index(folder, found.key, vector, options, conditions)
    if options.threshold is not None:
        neighbours = [near for near in neighbours if _is_near_enough(near.score, options.threshold, options.metric)]
    hits = describe(folder, found.spec.recipe_key, neighbours)
    return SearchAnswer(tuple(hits), opened.engine, note, expression, vector, found.spec.recipe_key)


def _ask_index(
    folder: WorkspaceFolder, set_key: str, vector: np.ndarray, options: SearchOptions, conditions: tuple[Filter, ...]
) -> tuple[OpenIndex, list[Neighbour], str]:
    """The index, what it found and what to know of it; a collection that somebody changed is mended once."""
    opened, mended = open_meanwhile(folder, set_key, options.metric), ""
    try:
        neighbours = _look_up(opened.index, vector, options, conditions)
        if len(neighbours) >= _expected_hits(folder, set_key, options, conditions):
            return opened, neighbours, opened.note
        count_again(folder, set_key, options.metric)
    except NoAnswerError:
        raise
    except SearchIndexError:  # somebody may have dropped or changed the collection
        forget_checked(folder)
        mended = MENDED
    opened = open_meanwhile(folder, set_key, options.metric)
    neighbours = _look_up(opened.index, vector, options, conditions)
    return opened, neighbours, f"{mended if opened.engine != STORED else ''} {opened.note}".strip()


def _expected_hits(
    folder: WorkspaceFolder, set_key: str, options: SearchOptions, conditions: tuple[Filter, ...]
) -> int:
    """How many hits there must be if no row is lost; 0 where only counting would tell."""
    left_out: set[int] = set()
    for condition in conditions:
        if not isinstance(condition, NotClip):
            return 0
        left_out.update(condition.clip_ids)
    if options.best_per_video:
        return 0
    return min(options.k, known_rows(folder, set_key, options.metric) - len(left_out))


def _look_up(
    index: VectorIndex, vector: np.ndarray, options: SearchOptions, conditions: tuple[Filter, ...]
) -> list[Neighbour]:
    if options.best_per_video:
        return index.search_videos(vector, options.k, conditions, effort=options.effort)
    return index.search(vector[None], options.k, conditions, effort=options.effort)[0]


def search_by_clip(
    folder: WorkspaceFolder, set_key: str, clip_id: int, k: int = 10, *, include_self: bool = True
) -> SearchAnswer:
    """The `k` nearest clips of a clip of the library; see `search`."""
    options = SearchOptions(k=k, include_self=include_self)
    return search(folder, set_key, Query((Example(clip_id),)), options)


@timed
def nearest_exactly(folder: WorkspaceFolder, set_key: str, clip_id: int, k: int) -> list[Hit]:
    """The `k` nearest other clips by exact arithmetic on the stored vectors: at hand without any index.

    Raises:
        WorkspaceError: no such clip, or the set holds no usable vector of it.
    """
    found = embedding_sets.find_set(folder, set_key)
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    query = clip_vector(folder, found.key, clip_id)
    cosines = cosines_to(embeddings.vectors, query)
    others = np.isfinite(cosines) & (embeddings.ids != clip_id)
    return describe(folder, found.spec.recipe_key, rank_neighbours(embeddings.ids[others], cosines[others], k))


def hit_records(answer: SearchAnswer) -> list[dict[str, object]]:
    """The hits as rows of a table, with their places from 1."""
    return [{"rank": rank, **asdict(hit)} for rank, hit in enumerate(answer.hits, 1)]


def _own_videos(folder: WorkspaceFolder, query: Query) -> tuple[Filter, ...]:
    """A condition that leaves out the videos that are asked with; those of "less like this" may be found."""
    own = {contents.find_clip(folder, example.clip_id).video_id for example in query.examples if example.weight > 0}
    return (NotVideoIn(tuple(sorted(own | ({query.video} if query.video else set())))),)


def _is_kept(folder: WorkspaceFolder, found: EmbeddingSet, clip_id: int | None, chosen: ClipFilter) -> bool:
    if clip_id is None:
        return False
    if not chosen:
        return True
    table = contents.clip_table(folder, found.spec.recipe_key)
    return bool(chosen.keeps(table[table["clip_id"] == clip_id]).all())


def _is_near_enough(score: float, threshold: float, metric: SearchMetric) -> bool:
    return score <= threshold if SEARCH_METRICS[metric].smaller_is_nearer else score >= threshold
