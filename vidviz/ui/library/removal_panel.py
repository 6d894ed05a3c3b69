"""Removing on the Library page: what hangs on a thing is seen before it goes, and it can be taken back afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from vidviz.records import RemovalKind
from vidviz.services.library import workspaces
from vidviz.services.upkeep import leftovers, removals
from vidviz.ui import messages
from vidviz.words import count_of, say_bytes
from vidviz.workspace_folder import WorkspaceFolder

KEPT_DAYS = round(leftovers.KEPT_DAYS)
SHOWN = 20


def offer_removal(folder: WorkspaceFolder, kind: RemovalKind, names: Sequence[str], key: str) -> None:
    """A popover that tells what would go and removes it; the page is drawn anew afterwards."""
    if not workspaces.is_writable(folder):
        return
    with st.popover("Remove", icon=":material/delete:", key=f"removing {key}"), messages.telling_errors():
        doomed = removals.weigh(folder, kind, names)
        st.text(doomed.title)
        st.caption(
            f"{removals.say_counts(doomed.counts).capitalize()} and {say_bytes(doomed.num_bytes)} of files. Files that "
            f"were imported from their own place stay there. It can be taken back for {KEPT_DAYS} days."
        )
        if st.button("Remove it", type="primary", key=f"remove {key}"):
            removal = removals.remove(folder, doomed)
            st.toast(f"Removed: {removals.say_counts(removal.counts)}. It can be taken back below the videos.")
            st.rerun()


def draw_removed(folder: WorkspaceFolder) -> None:
    """What was removed and can be taken back, the last one first; nothing where there is none."""
    every = removals.list_removals(folder)
    if not every:
        return
    with st.expander(f"Removed ({len(every)})", icon=":material/restore_from_trash:"), messages.telling_errors():
        for removal in every[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                when = datetime.fromtimestamp(removal.removed_at).astimezone().strftime("%Y-%m-%d %H:%M")
                st.text(f"{removal.title}: {removals.say_counts(removal.counts)}, {when}", width="stretch")
                if st.button("Take back", key=f"take back {removal.id}"):
                    removals.take_back(folder, removal.id)
                    st.toast(f"Back again: {removals.say_counts(removal.counts)}.")
                    st.rerun()
        if len(every) > SHOWN:
            st.caption(f"And {count_of(len(every) - SHOWN, 'earlier removal')}: `vidviz take-back --list`.")
        with st.popover("Free their space now"):
            st.caption("After that nothing of this can be taken back.")
            if st.button("Free it", type="primary", key="sweep"):
                swept = leftovers.sweep(folder, keep_days=0)
                st.toast(" ".join([f"Freed {say_bytes(sum(swept.num_bytes.values()))}.", *swept.left]))
                st.rerun()
