"""Open Milvus: Lite inside the workspace, or a server by its address."""

from __future__ import annotations

import os
from pathlib import Path

from vidviz.config import MilvusSettings
from vidviz.errors import SearchIndexError
from vidviz.index.milvus.client import make_connect
from vidviz.index.milvus.connection import MilvusConnection, share_connection
from vidviz.index.milvus.failures import Place, server_place
from vidviz.index.milvus.lite_lock import refuse_if_locked
from vidviz.index.milvus.survey import drop_left_trials


def open_milvus(settings: MilvusSettings, own_path: Path) -> MilvusConnection:
    """The connection to Milvus, opened when this process has none yet.

    Args:
        settings: where it is; see `MilvusSettings`.
        own_path: where the files of Lite lie when the settings name no place; a path that ends in `.db`. The folder
            around it is created.

    Raises:
        IndexLockedError: another process has the Lite folder open; the sentence says which.
        SearchIndexError: the server does not answer or refuses the token, or the Lite folder is damaged.
    """
    if settings.lite:
        path = Path(os.path.realpath(settings.lite_path(own_path)))
        return share_connection(str(path), "", lambda: _open_lite(path))
    return share_connection(settings.uri, settings.token, lambda: _open_server(settings))


def _open_lite(path: Path) -> MilvusConnection:
    if path.suffix != ".db":
        raise SearchIndexError(f"The name of a Milvus Lite index must end in .db, which {path} does not.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SearchIndexError(f"The index {path} cannot be made: {error.strerror}.") from error
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise SearchIndexError(f"The index {path} cannot be written; check the rights of its folder.")
    refuse_if_locked(path)
    place = Place(str(path), lite=True)
    connect = make_connect(str(path), "", place)
    try:
        connection = MilvusConnection(connect, place, path)
    except SearchIndexError:
        refuse_if_locked(path)  # another process came between our look and our opening
        raise
    try:
        drop_left_trials(connection)
    except BaseException:
        connection.close()  # nobody else knows of it, and it holds the folder's lock
        raise
    return connection


def _open_server(settings: MilvusSettings) -> MilvusConnection:
    place = server_place(settings.uri, settings.token)
    return MilvusConnection(make_connect(settings.uri, settings.token, place), place, None)
