"""Keep collections in line with what is stored, after every change of ours and where somebody else changed them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from vidviz.config import milvus_settings
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.rows import LeftOut
from vidviz.index.sync import sync_index
from vidviz.numbers.metrics import SearchMetric
from vidviz.records import EmbeddingSet
from vidviz.services.index.index_rows import list_rows
from vidviz.services.library import contents, embedding_sets
from vidviz.services.progress import Progress
from vidviz.workspace_folder import WorkspaceFolder

MENDED = (
    "Somebody else had dropped or changed the collection; it was brought in line with the stored vectors before this "
    "answer."
)
LOOK_AGAIN_SECONDS = 30.0
"""How often the rows of a collection on a server are counted."""

_Place = tuple[str, str, str, SearchMetric]
"""(workspace, address, set, metric)."""


@dataclass
class _Checked:
    """What this process knows of a collection that it brought in line.

    `state` is the version of the vectors and the revision of the catalogue that it is in line with, `rows` how many it
    held when it was last looked at, at `version` (see `MilvusIndex.version`).
    """

    state: tuple[str, int]
    note: str
    rows: int
    looked_at: float
    version: tuple[object, int] | None


MOST_CHECKED = 256
_checked: dict[_Place, _Checked] = {}
"""No cache: what this process has seen of collections, of which the one that was found right longest ago is forgotten
first. What is forgotten is looked at anew."""
_turns: WeakValueDictionary[_Place, threading.RLock] = WeakValueDictionary()
"""Each lives as long as somebody holds it or waits for it."""
_guard = threading.Lock()


def bring_in_line(folder: WorkspaceFolder, found: EmbeddingSet, index: MilvusIndex, progress: Progress) -> str:
    """Bring a collection in line where vectors, clips or labels have changed, or somebody else has changed it.

    Returns what a person should know of it, or "".

    Raises:
        SearchIndexError: Milvus does not answer, or the collection is not ours.
    """
    place = _place_of(folder, found.key, index.design.metric)
    turn = _turn_of(place)
    with turn:
        # Read before the rows: what changes in between is seen the next time.
        state = _read_state(folder, found.key)
        known = _checked.get(place)
        mended = False
        if known is not None and known.state == state:
            mended = _has_changed(index, known)
            if not mended:
                return known.note
        rows, vectors = list_rows(folder, found)
        left_out = sync_index(index, rows, vectors, progress).left_out
        note = say_left_out(left_out)
        checked = _Checked(state, note, len(rows) - len(left_out), time.monotonic(), index.version)
        _note(place, checked)
        return f"{MENDED} {note}".strip() if mended else note


def _note(place: _Place, checked: _Checked) -> None:
    with _guard:
        _checked.pop(place, None)
        _checked[place] = checked
        while len(_checked) > MOST_CHECKED:
            del _checked[next(iter(_checked))]


def _has_changed(index: MilvusIndex, known: _Checked) -> bool:
    """Whether a collection holds more or fewer rows than when it was last found right.

    Counting takes a good part of a search's time: not where nobody can have written, and seldom where anybody can.
    """
    version, now = index.version, time.monotonic()
    if version == known.version and (version or now - known.looked_at < LOOK_AGAIN_SECONDS):
        return False
    known.looked_at = now
    if index.count() != known.rows:
        return True
    known.version = version
    return False


def known_rows(folder: WorkspaceFolder, set_key: str, metric: SearchMetric) -> int:
    """How many rows the collection of a set held when it was last found right; 0 where nobody has looked yet."""
    known = _checked.get(_place_of(folder, set_key, metric))
    return known.rows if known is not None else 0


def count_again(folder: WorkspaceFolder, set_key: str, metric: SearchMetric) -> None:
    """Have the rows of a collection counted when it is next opened, however lately they were."""
    known = _checked.get(_place_of(folder, set_key, metric))
    if known is not None:
        known.looked_at = float("-inf")


def _read_state(folder: WorkspaceFolder, set_key: str) -> tuple[str, int]:
    return embedding_sets.set_version(folder, set_key), contents.read_revision(folder)


def _place_of(folder: WorkspaceFolder, set_key: str, metric: SearchMetric) -> _Place:
    return str(folder.path), milvus_settings().uri, set_key, metric


def _turn_of(place: _Place) -> threading.RLock:
    """One lock a collection: a long build of one set keeps no search of another waiting."""
    with _guard:
        return _turns.setdefault(place, threading.RLock())


def say_left_out(left_out: Sequence[LeftOut]) -> str:
    """Which clips no search can find, as a sentence; "" where all can be found."""
    if not left_out:
        return ""
    first = left_out[0]
    if len(left_out) == 1:
        return f"Clip {first.clip_id} cannot be found by a search: {first.reason}."
    return f"{len(left_out)} clips cannot be found by a search (clip {first.clip_id}, for one: {first.reason})."


def forget_checked(folder: WorkspaceFolder) -> None:
    """Look at the collections of a workspace anew when they are next opened: somebody has changed them."""
    with _guard:
        for place in [place for place in _checked if place[0] == str(folder.path)]:
            del _checked[place]


def is_checked(folder: WorkspaceFolder, set_key: str, metric: SearchMetric) -> bool:
    """Whether this process has brought the collection of a set by a metric in line with what is stored now."""
    known = _checked.get(_place_of(folder, set_key, metric))
    return known is not None and known.state == _read_state(folder, set_key)
