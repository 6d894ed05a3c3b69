"""One entry of the browser's history for a page and for a chosen clip or set, so that Back goes back."""

from __future__ import annotations

from collections.abc import Sequence

from vidviz.ui.components.mount import component


def keep_history(pages: Sequence[str]) -> None:
    """Have values that a page writes into its URL take the place of the entry that they belong to.

    Streamlit makes an entry of every change.

    Args:
        pages: the addresses that there are; any other is left for good when a page is shown in its place.
    """
    component("history")(key="history", data={"pages": list(pages)})
