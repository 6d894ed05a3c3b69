"""Labels and tags for the clips that are selected: given, taken away, undone.

What a person typed goes to widgets that show plain text; Markdown and HTML never see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.records import LABEL, Edit
from vidviz.services.library import clip_annotations, contents
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd

HELP = "A label of a clip comes before that of its video, on every page. All is kept in the workspace."
SELECT_FIRST = "Draw a lasso or a box on the map first: labels and tags go to the clips inside."
DONE = "annotate done"
MOST_OFFERED = 1000
"""Values of a column that are offered, the most frequent first; any other can be typed."""

MOST_TAGS_LISTED = 30
MOST_TAGS_AT_ONCE, TAGS_PX = 3, 130
"""More tags than this scroll in a box of this height."""


def draw_annotate(folder: WorkspaceFolder, recipe_key: str, selected: Collection[int]) -> None:
    """A popover that labels and tags the selected clips, with undo and redo; the page is drawn anew after a change.

    Args:
        folder: the workspace.
        recipe_key: the recipe of the clips on the page.
        selected: their ids.
    """
    if done := st.session_state.pop(DONE, ""):
        st.toast(done)
    with st.popover("Label", help="Label or tag the selected clips.", key="annotate"):
        if selected:
            table = contents.clip_table(folder, recipe_key)
            st.caption(HELP)
            _draw_label(folder, table, selected)
            _draw_tags(folder, table, selected)
        else:
            st.caption(SELECT_FIRST)
        _draw_undo(folder)


def _draw_label(folder: WorkspaceFolder, table: pd.DataFrame, selected: Collection[int]) -> None:
    with st.container(horizontal=True):
        column = st.selectbox(
            "Column",
            contents.label_columns(table) or [LABEL],
            key="annotate column",
            accept_new_options=True,
            help="Choose a label column, or type the name of a new one.",
        )
        value = st.selectbox(
            "Value",
            _list_values(table, column),
            index=None,
            key=f"annotate value {column}",
            placeholder="Choose, or type a new one",
            accept_new_options=True,
        )
    with st.container(horizontal=True):
        if st.button("Apply", key="annotate apply", type="primary", disabled=not (column and value)):
            _do(lambda: clip_annotations.set_label(folder, selected, value or "", column or ""), "Labelled")
        if st.button(
            "No label", key="annotate none", disabled=not column, help="These clips have none in this column."
        ):
            _do(lambda: clip_annotations.set_label(folder, selected, "", column or ""), "Label taken away from")


def _list_values(table: pd.DataFrame, column: str | None) -> list[str]:
    """The values of a label column, the most frequent first; none of a new one, or of a name that it cannot have."""
    if column not in contents.label_columns(table):
        return []
    return list(table[column].value_counts().index[:MOST_OFFERED])


def _draw_tags(folder: WorkspaceFolder, table: pd.DataFrame, selected: Collection[int]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tag = st.selectbox(
            "Tag",
            list(clip_annotations.list_tags(folder)),
            index=None,
            key="annotate tag",
            placeholder="Choose, or type a new one",
            accept_new_options=True,
        )
        if st.button("Add", key="annotate add", disabled=not tag):
            _do(lambda: clip_annotations.add_tag(folder, selected, tag or ""), "Tagged")
    counts = _count_tags(table, selected)
    if not counts:
        return
    st.caption("Tags in the selection")
    with st.container(height=TAGS_PX if len(counts) > MOST_TAGS_AT_ONCE else "content", border=False, gap=None):
        for name, count in counts.most_common(MOST_TAGS_LISTED):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.text(f"{name} · {count:,} of {len(selected):,}")
                if st.button("Remove", key=f"annotate remove {name}", type="tertiary"):
                    _do(lambda name=name: clip_annotations.remove_tag(folder, selected, name), "Tag removed from")  # type: ignore[misc]
    if len(counts) > MOST_TAGS_LISTED:
        st.caption(f"{len(counts) - MOST_TAGS_LISTED} more tags are rarer here. Select fewer clips to see them.")


def _count_tags(table: pd.DataFrame, selected: Collection[int]) -> Counter[str]:
    joined = table.loc[table["clip_id"].isin(list(selected)), "tags"]
    return Counter(tag for tags in joined for tag in contents.split_tags(tags))


def _draw_undo(folder: WorkspaceFolder) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _offer("Undo", clip_annotations.last_edit(folder), lambda: clip_annotations.undo(folder), "Undone for")
        _offer("Redo", clip_annotations.next_redo(folder), lambda: clip_annotations.redo(folder), "Done again for")


def _offer(name: str, edit: Edit | None, act: Callable[[], Edit | None], done: str) -> None:
    """A button beside what it would do; nothing where there is nothing to do."""
    if edit is None:
        return
    if st.button(name, key=f"annotate {name}", help="In the whole workspace, whoever did it."):
        _do(act, done)
    st.text(clip_annotations.describe_edit(edit), width="content")


def _do(act: Callable[[], Edit | None], done: str) -> None:
    """Change labels or tags and draw the page anew; or say why not."""
    try:
        edit = act()
    except VidvizError as error:
        st.error("That was not kept.")
        st.text(sentence_of(error))  # it may name what was typed
        return
    if edit is None:
        st.caption("That changes nothing.")
        return
    st.session_state[DONE] = f"{done} {edit.num_clips:,} {'clip' if edit.num_clips == 1 else 'clips'}."
    st.rerun()
