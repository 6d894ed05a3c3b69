"""Empty, failed and waiting states: what is missing, why, and the one way on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.ui.sitemap import link_to


def nothing_imported() -> None:
    """There are no clips yet: the page ends here."""
    st.info("There are no clips yet. Add videos, or the samples, in the Library.")
    link_to("library", "Open the Library")
    st.stop()


def nothing_embedded() -> None:
    """There are clips and no vectors: the page ends here."""
    st.info("The clips have no embeddings yet. Choose a backbone in the Library; it takes seconds a clip at most.")
    link_to("library", "Embed in the Library")
    st.stop()


@contextmanager
def telling_errors() -> Iterator[None]:
    """Show what goes wrong as its sentence; the rest of the page goes on."""
    try:
        yield
    except VidvizError as error:
        st.error(str(error))
