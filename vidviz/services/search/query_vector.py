"""Ask: clips, a stretch of a video, a picture, a sentence or numbers -> one direction among the vectors of a set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from vidviz.errors import ProjectionError, SearchIndexError, WorkspaceError
from vidviz.index.rows import unit_vectors
from vidviz.log.timing import timed
from vidviz.records import EmbeddingSet
from vidviz.services.library import contents, embedding_sets
from vidviz.services.search import query_files
from vidviz.services.search.outside_query import embed_asked
from vidviz.services.search.queries import Example, Query
from vidviz.workspace_folder import WorkspaceFolder


def compose_query(
    folder: WorkspaceFolder,
    examples: Iterable[Example] = (),
    *,
    video: Path | None = None,
    seconds: tuple[float, float | None] | None = None,
    image: Path | None = None,
    sentence: str = "",
    vector: Sequence[float] | np.ndarray = (),
) -> Query:
    """A query with files of this machine, which are kept in the workspace to ask with.

    Args:
        folder: the workspace.
        examples: clips, more or less like which the answer is to be.
        video: a video file.
        seconds: the stretch of it, (start, end); all of it where None, up to its end where the end is None.
        image: a picture file.
        sentence: words, for networks that read text.
        vector: (D,) numbers.

    Raises:
        MediaError: a file cannot be read, or is a picture where a video is wanted.
    """
    asked = query_files.receive_path(folder, video, still=False) if video else None
    picture = query_files.receive_path(folder, image, still=True) if image else None
    start, end = seconds or (0.0, None)
    return Query(
        tuple(examples),
        video=asked.token if asked else "",
        image=picture.token if picture else "",
        sentence=sentence,
        seconds=(start, asked.duration_seconds if end is None else end) if asked else None,
        vector=tuple(float(number) for number in np.ravel(vector)),
    )


@timed
def query_vector(folder: WorkspaceFolder, set_key: str, query: Query) -> np.ndarray:
    """The vector to search with, (D,) float32: for one clip its own, for several examples their Rocchio direction.

    Raises:
        WorkspaceError: a clip or file is not there, or the set holds no usable vector of a clip.
        MediaError: a video or picture cannot be read.
        BackboneError: the network cannot be had, or cannot take what it is asked with.
        SearchIndexError: nothing is asked for, or the examples cancel each other out.
    """
    from vidviz.measure.rocchio import rocchio_direction

    if not query:
        raise SearchIndexError("Nothing is asked for: choose a clip, a video, a picture or a sentence.")
    vectors = [clip_vector(folder, set_key, example.clip_id) for example in query.examples]
    weights = [example.weight for example in query.examples]
    asked = _outside_vectors(folder, set_key, query)
    vectors, weights = [*vectors, *asked], [*weights, *[1.0] * len(asked)]
    if len(vectors) == 1 and weights[0] > 0:
        return vectors[0]
    try:
        direction = rocchio_direction(np.stack(vectors), weights)
    except ProjectionError as error:
        raise SearchIndexError(str(error)) from error
    lengths = [np.linalg.norm(vector.astype(np.float64)) for vector in vectors]
    # As long as the examples are: inner products and distances look at lengths as well.
    return np.asarray(direction * np.mean(lengths), dtype=np.float32)


def clip_vector(folder: WorkspaceFolder, set_key: str, clip_id: int) -> np.ndarray:
    """The vector of a clip, (D,) float32.

    Raises:
        WorkspaceError: no such clip, or the set holds no usable vector of it.
    """
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    place = int(np.searchsorted(embeddings.ids, clip_id))
    if place >= len(embeddings) or embeddings.ids[place] != clip_id:
        card = contents.know_clip(folder, clip_id)
        raise WorkspaceError(
            f"The clip {clip_id} ({card.video}) is not in this embedding set. Embed again, or choose another set."
        )
    vector: np.ndarray = embeddings.vectors[place]
    if problem := unit_vectors(vector[None])[1][0]:
        raise WorkspaceError(f"The clip {clip_id} has no direction to search in: {problem}.")
    return vector


def _outside_vectors(folder: WorkspaceFolder, set_key: str, query: Query) -> list[np.ndarray]:
    found = embedding_sets.find_set(folder, set_key)
    vectors = embed_asked(folder, found.spec, query)
    if query.vector:
        vectors.append(np.array(query.vector, dtype=np.float32))
    for vector in vectors:
        _check_dimension(found, vector)
    return vectors


def _check_dimension(found: EmbeddingSet, vector: np.ndarray) -> None:
    if len(vector) != found.dimension:
        raise SearchIndexError(
            f"This query has {len(vector)} numbers and the clips of {found.spec.title} have {found.dimension}; choose "
            "an embedding set whose pooling leaves one vector of the network's own size."
        )
    if problem := unit_vectors(vector[None])[1][0]:
        raise SearchIndexError(f"What was asked with has no direction to search in: {problem}.")
