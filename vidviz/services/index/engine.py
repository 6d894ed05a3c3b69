"""The engine behind the search: which it is, what it holds, what it costs, and advice where it is too small."""

from __future__ import annotations

from dataclasses import dataclass

from vidviz.config import milvus_settings
from vidviz.errors import IndexLockedError
from vidviz.index.milvus.collection import TRIAL, collection_name
from vidviz.index.milvus.open import open_milvus
from vidviz.index.milvus.survey import FoundCollection, drop_collection, survey
from vidviz.index_design import IndexDesign
from vidviz.numbers.metrics import SEARCH_METRICS
from vidviz.services.library import embedding_sets
from vidviz.store.catalogue import read_catalogue
from vidviz.store.identity import read_workspace_id
from vidviz.workspace_folder import WorkspaceFolder

LITE_CLIPS = 50_000
"""Milvus Lite answers well up to about so many clips."""

COMPOSE_PAGE = "https://milvus.io/docs/install_standalone-docker-compose.md"
"""Where Milvus publishes its compose file."""


@dataclass(frozen=True)
class Collection:
    """A collection beside the set that it belongs to; `stored` are the set's vectors, None for another workspace's.

    `trial` is whether the index lab made it: it is there while a trial runs, and on a server after the process of one
    was killed, until the next trial of its set.
    """

    found: FoundCollection
    set_key: str
    title: str
    stored: int | None
    trial: bool = False


@dataclass(frozen=True)
class EngineReport:
    """What a person should know of the engine; `note` says why it tells nothing, where it does not."""

    lite: bool
    address: str
    version: str
    collections: tuple[Collection, ...]
    advice: str
    note: str = ""


def examine_engine(folder: WorkspaceFolder) -> EngineReport:
    """Look at the engine and its collections; nothing is changed.

    Raises:
        SearchIndexError: a server does not answer, or the local files are damaged.
    """
    settings = milvus_settings()
    advice = advise(folder, lite=settings.lite)
    try:
        connection = open_milvus(settings, folder.milvus)
    except IndexLockedError as error:
        return EngineReport(settings.lite, str(settings.lite_path(folder.milvus)), "", (), advice, str(error))
    version, found = survey(connection)
    owners = _owners(folder)
    collections = []
    for one in found:
        unknown = ("", one.described.get("backbone", "unknown set"), None, False)
        collections.append(Collection(one, *owners.get(one.name, unknown)))
    return EngineReport(settings.lite, connection.place.shown, version, tuple(collections), advice)


def advise(folder: WorkspaceFolder, *, lite: bool) -> str:
    """A sentence where a set is too large for Milvus Lite; "" where all is well."""
    largest = max(
        (embedding_sets.count_embedded(folder, found.key) for found in embedding_sets.list_sets(folder)),
        default=0,
    )
    if not lite or largest <= LITE_CLIPS:
        return ""
    return (
        f"The largest set has {largest:,} clips, and Milvus Lite answers well up to about {LITE_CLIPS:,}. Start a "
        "Milvus server and move the workspace to it: `vidviz index push --uri http://127.0.0.1:19530`."
    )


def drop(folder: WorkspaceFolder, name: str) -> None:
    """Remove a collection of ours; it is built again from the stored vectors when it is next needed.

    Raises:
        SearchIndexError: the engine does not answer, or somebody else made the collection.
    """
    from vidviz.services.index.freshness import forget_checked

    drop_collection(open_milvus(milvus_settings(), folder.milvus), name)
    forget_checked(folder)


def _owners(folder: WorkspaceFolder) -> dict[str, tuple[str, str, int | None, bool]]:
    """Collection -> (key of its set, title, vectors stored, whether the lab made it), for this workspace's sets."""
    with read_catalogue(folder) as db:
        workspace_id = read_workspace_id(db)
    owners: dict[str, tuple[str, str, int | None, bool]] = {}
    for found in embedding_sets.list_sets(folder):
        stored = embedding_sets.count_embedded(folder, found.key)
        for metric, row in SEARCH_METRICS.items():
            suffix = IndexDesign(metric).suffix
            title = f"{found.spec.title} · {row.title}" if suffix else found.spec.title
            owners[collection_name(found.spec, workspace_id, suffix)] = (found.key, title, stored, False)
            trial = collection_name(found.spec, workspace_id, f"{suffix}{TRIAL}")
            owners[trial] = (found.key, f"{title} · index lab", None, True)
    return owners
