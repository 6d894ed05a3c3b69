"""Empty, failed and waiting states: what is missing, why, and the one way on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.records import EmbeddingSet
from vidviz.services.library import contents
from vidviz.ui import state
from vidviz.ui.plain_text import plain
from vidviz.ui.sitemap import link_to
from vidviz.workspace_folder import WorkspaceFolder


def require_clips(folder: WorkspaceFolder) -> None:
    """End the page, with the way to the Library, where there are no clips yet."""
    if contents.count_library(folder)[1]:
        return
    st.info("There are no clips yet. Add videos, or the samples, in the Library.")
    link_to("library", "Open the Library")
    st.stop()


def require_set(folder: WorkspaceFolder) -> EmbeddingSet:
    """The embedding set at hand; the page ends, with the way to the Library, where nothing is embedded yet."""
    require_clips(folder)
    chosen = state.current_set(folder)
    if chosen is None:
        st.info("The clips have no embeddings yet. Choose a backbone in the Library; it takes seconds a clip at most.")
        link_to("library", "Embed in the Library")
        st.stop()
    return chosen


def tell_unforeseen(error: Exception) -> bool:
    """Show an error that nothing foresaw as a sentence with its log id; the log and the terminal have the traceback.

    For `st.App(on_script_error=...)`, which asks with True whether the page shows no more of it.
    """
    st.error(plain(sentence_of(error)))
    return True


@contextmanager
def telling_errors() -> Iterator[None]:
    """Show what goes wrong as its sentence; the rest of the page goes on."""
    try:
        yield
    except VidvizError as error:
        st.error(plain(sentence_of(error)))
