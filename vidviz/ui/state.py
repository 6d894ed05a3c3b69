"""What a session looks at: workspace, embedding set, clip at hand. Kept in the session, shown in the URL."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import streamlit as st

from vidviz.config import workspace_path
from vidviz.errors import VidvizError, WorkspaceError
from vidviz.log.told_errors import sentence_of
from vidviz.records import EmbeddingSet
from vidviz.services.library import contents, embedding_sets, workspaces
from vidviz.services.library.clip_filter import ClipFilter, read_filter
from vidviz.services.library.contents import KnownClip
from vidviz.ui.plain_text import plain, shorten
from vidviz.workspace_folder import WorkspaceFolder

WRITTEN = "written to the URL"
REPLACED = "lately in the URL"
LOST, LOST_ON = "not here", "not here on"
SHOWN_CHARACTERS = 40
STALE_SECONDS = 2.0
"""So long after a value of the URL was replaced, an event may still carry the old one."""
KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
"""For controls whose value the URL shows, and which is still there after a look at another page."""


def open_workspace() -> WorkspaceFolder:
    """The workspace that this server shows; a sentence and no more where it cannot be opened."""
    try:
        return _open(workspace_path())
    except VidvizError as error:
        st.error(plain(sentence_of(error)))
        st.stop()


@st.cache_resource(show_spinner=False)
def _open(path: Path) -> WorkspaceFolder:
    return workspaces.open_workspace(path)


def recall(name: str) -> str | None:
    """A value of the session. One that a person put into the URL wins over the one kept."""
    written: dict[str, str] = st.session_state.setdefault(WRITTEN, {})
    given = st.query_params.get(name)
    if given is not None and given != written.get(name) and not _is_stale(name, given):
        st.session_state[f"kept {name}"] = given
    kept: str | None = st.session_state.get(f"kept {name}")
    if kept is not None:
        _write(name, kept)
    elif given is not None:  # stale, and nothing took its place
        st.query_params.pop(name, None)
    return kept


def _is_stale(name: str, given: str) -> bool:
    """Whether a value is one that we have just replaced: of two events close together, the second brings it again."""
    replaced_at = st.session_state.setdefault(REPLACED, {}).get((name, given))
    return replaced_at is not None and time.monotonic() - replaced_at < STALE_SECONDS


def remember(name: str, value: str | None) -> None:
    """Keep a value for the session, and show it in the URL; None forgets it."""
    before = st.session_state.get(f"kept {name}")
    if before is not None and before != value:
        now, replaced = time.monotonic(), st.session_state.setdefault(REPLACED, {})
        recent = {place: at for place, at in replaced.items() if now - at < STALE_SECONDS}
        st.session_state[REPLACED] = recent | {(name, before): now}
    if value is None:
        st.session_state.pop(f"kept {name}", None)
        st.session_state.setdefault(WRITTEN, {}).pop(name, None)
        st.query_params.pop(name, None)
        return
    st.session_state.setdefault(REPLACED, {}).pop((name, value), None)
    st.session_state[f"kept {name}"] = value
    _write(name, value)


def _write(name: str, value: str) -> None:
    st.session_state.setdefault(WRITTEN, {})[name] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def current_set(folder: WorkspaceFolder) -> EmbeddingSet | None:
    """The embedding set at hand: the chosen one, else the newest; None while nothing is embedded."""
    every = embedding_sets.list_sets(folder)
    wanted = recall("set")
    chosen = next((found for found in every if found.key == wanted), every[0] if every else None)
    if wanted is not None and (chosen is None or chosen.key != wanted):
        instead = f"{chosen.spec.title} is shown instead" if chosen else "nothing is embedded yet"
        _tell_lost("set", f"There is no embedding set {shorten(wanted, SHOWN_CHARACTERS)!r} here: {instead}.")
    if chosen is not None:
        remember("set", chosen.key)
    return chosen


def choose_set(key: str) -> None:
    """Make another set the one at hand."""
    _lost().pop("set", None)
    remember("set", key)


def current_clip(folder: WorkspaceFolder) -> KnownClip | None:
    """The clip at hand, if there is one."""
    text = recall("clip")
    if text is None:
        return None
    try:
        return contents.know_clip(folder, int(text) if text.isascii() and text.isdigit() else -1)
    except WorkspaceError:
        _tell_lost("clip", f"There is no clip {shorten(text, SHOWN_CHARACTERS)!r} here: choose another one.")
        remember("clip", None)
        return None


def choose_clip(clip_id: int | None) -> None:
    """Make another clip the one at hand."""
    _lost().pop("clip", None)
    remember("clip", None if clip_id is None else str(clip_id))


def lost_on(page: str) -> list[str]:
    """Sentences on what a link named that is not here, until something else is chosen or another page opened."""
    if st.session_state.get(LOST_ON, page) != page:
        _lost().clear()
    st.session_state[LOST_ON] = page
    return list(_lost().values())


def _tell_lost(name: str, sentence: str) -> None:
    _lost()[name] = sentence


def _lost() -> dict[str, str]:
    lost: dict[str, str] = st.session_state.setdefault(LOST, {})
    return lost


def current_filter() -> ClipFilter:
    """The conditions on clips that hold on all pages; empty ones keep every clip."""
    return read_filter(recall("filter") or "")


def choose_filter(wanted: ClipFilter) -> None:
    """Look at other clips only."""
    remember("filter", wanted.text_form or None)


def links() -> dict[str, str]:
    """What a link to another page carries along."""
    return {name: value for name in ("set", "clip", "filter") if (value := recall(name)) is not None}
