"""The Library page's parts: ways in, embedding sets, and the table of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import streamlit as st

from vidviz.services import jobs
from vidviz.services.backbones import fed_frames
from vidviz.services.importing import import_run, uploads
from vidviz.services.importing.import_run import ImportRequest
from vidviz.services.library import contents, embedding_sets
from vidviz.services.library.allowed_folders import ALLOW_MORE
from vidviz.services.library.label_palette import label_colours
from vidviz.types import Recipe, Tail
from vidviz.ui import state
from vidviz.ui.components.cards import cards_of
from vidviz.ui.components.gallery_and_player import clip_gallery
from vidviz.ui.components.media import media_url
from vidviz.ui.components.routes.served_names import allowed_folders, readable_by_jobs, samples_folder
from vidviz.ui.library import removal_panel
from vidviz.ui.plain_text import plain
from vidviz.words import say_choices
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

READ_ONLY = (
    "This workspace is read-only, or its disk is full. What is in it can be looked at, searched and exported to "
    "another place; nothing can be imported, embedded or labelled."
)
NO_FOLDERS = "Upload videos: others can reach this server, so folders on its machine cannot be named here."
TABLE_ENDINGS = ["csv", "tsv", "txt", "json"]
LARGEST_TABLE_MB = 50
TABLE_PX, FEW_ROWS = 420, 7
TAILS: dict[Tail, str] = {"keep": "a shorter clip", "drop": "left out", "shift": "the last window moves back"}


def choose_recipe() -> Recipe | None:
    """How new videos are cut; None, by the times of a label table or every two seconds, unless somebody looks."""
    with st.popover("How videos are cut into clips"):
        cut = st.segmented_control(
            "Cut by",
            ["windows", "shots", "segments"],
            default="windows",
            required=True,
            key="recipe cut",
            help="Windows of one length, the film's own shots with windows inside the long ones, or the segments of a "
            "label table with times, which is how such a table is taken where nothing else is chosen.",
        )
        length = st.number_input("Length of a window, seconds", 0.2, 60.0, 2.0, 0.5, key="recipe length")
        stride = st.number_input("From window to window, seconds", 0.1, 60.0, 2.0, 0.5, key="recipe stride")
        tail = st.selectbox(
            "What no window covers becomes", list(TAILS), format_func=TAILS.__getitem__, key="recipe tail"
        )
    if cut == "segments":
        return Recipe("segments")
    chosen = Recipe("shots" if cut == "shots" else "windows", float(length), float(stride), tail)
    return None if chosen == Recipe() else chosen


def choose_table() -> UploadedFile | None:
    """A label table from the person's own machine, for whatever is imported next."""
    with st.popover("Label table"):
        return st.file_uploader(
            "A table of labels (optional)",
            type=TABLE_ENDINGS,
            key=f"label table {_count_imports()}",
            max_upload_size=LARGEST_TABLE_MB,
            help="CSV with the columns video and label, or a list of UCF101, HMDB51, Kinetics, Something-Something, "
            "AVA or ActivityNet. With times it makes clips of their own. Without a table folders are labels.",
        )


def _count_imports() -> int:
    """How often something was imported: a new number in its key empties a box."""
    return int(st.session_state.setdefault("imports", 0))


def begin_import(folder: WorkspaceFolder, title: str, request: ImportRequest, table: UploadedFile | None) -> None:
    """Start an import within what pages may read, with the label table that was uploaded for it."""
    if table is not None:
        request = uploads.receive_table(folder, request, table.name, table)
    request = replace(request, within=readable_by_jobs(folder))
    st.session_state["imports"] = _count_imports() + 1
    jobs.start_job(folder, "import", title, import_run.request_arguments(request))
    st.rerun()


def offer_folder(folder: WorkspaceFolder, recipe: Recipe | None, table: UploadedFile | None) -> None:
    """A folder on the machine that serves this page, read where it lies; where none may be named, why."""
    allowed = allowed_folders(folder)
    if not allowed.folders:
        st.caption(f"{NO_FOLDERS} {ALLOW_MORE}")
        return
    with st.form("server folder", border=False):
        path = st.text_input(
            "A folder or file on this machine",
            placeholder="/data/videos",
            key="server path",
            help=f"In {plain(say_choices(allowed.folders))}. {ALLOW_MORE}",
        )
        if st.form_submit_button("Import") and path.strip():
            allowed.check(path.strip())
            request = import_run.request_paths([path.strip()], recipe)
            begin_import(folder, f"Import {Path(path.strip()).name}", request, table)


def offer_samples(folder: WorkspaceFolder, recipe: Recipe | None, *, first: bool) -> None:
    """The videos that come with vidviz; the first thing to press while there is nothing else."""
    kind: Literal["primary", "secondary"] = "primary" if first else "secondary"
    if st.button("Add the sample videos", type=kind, help="Fifty small clips and three films of our own making."):
        request = import_run.request_paths([samples_folder()], recipe)
        begin_import(folder, "Import the samples", request, None)


def draw_sets(folder: WorkspaceFolder) -> None:
    """Every embedding set as a card; "use" makes it the one that all pages show."""
    sets = embedding_sets.describe_sets(folder)
    if not sets:
        st.caption("None yet. Embed the clips above.")
        return
    current = state.current_set(folder)
    for row in [sets[first : first + 3] for first in range(0, len(sets), 3)]:
        for column, described in zip(st.columns(3), row, strict=False):
            with column, st.container(border=True):
                st.markdown(f"**{described.found.spec.backbone}** · {described.found.spec.layer}")
                st.caption(
                    f"{described.embedded} of {described.clips} clips · {described.found.dimension}-d · "
                    f"{described.found.spec.pooling} · {described.found.spec.recipe_key} · "
                    f"{described.found.spec.precision}"
                )
                if said := fed_frames.as_sentence(described.found.spec):
                    st.caption(said)
                if described.found.spec.random_weights:
                    st.badge("random weights", color="orange")
                if described.failed:
                    st.caption(f"{described.failed} failed: {described.reason}")
                used = current is not None and current.key == described.found.key
                if st.button("In use" if used else "Use", key=f"use {described.found.key}", disabled=used):
                    state.choose_set(described.found.key)
                    st.rerun()
                removal_panel.offer_removal(folder, "set", [described.found.key], described.found.key)


def draw_videos(folder: WorkspaceFolder) -> None:
    """Every file that was ever offered; a row opens its clips."""
    table = contents.video_table(folder)
    if table.empty:
        st.caption("None yet.")
        return
    table["poster"] = [media_url(f"poster/{int(clip)}") if clip == clip else None for clip in table["first_clip"]]
    table["size"] = [
        f"{w:.0f} × {h:.0f}" if w == w else "" for w, h in zip(table.width_px, table.height_px, strict=True)
    ]
    table["label"] = table["label"].fillna("")
    table["reason"] = table["reason"].fillna(table["loss"]).fillna("")
    table["megabytes"] = table["size_bytes"] / 1e6
    shown = ["poster", "name", "status", "reason", "label", "duration_seconds", "size", "codec", "clips", "megabytes"]
    picked = st.dataframe(
        table[shown],
        hide_index=True,
        row_height=52,
        height=TABLE_PX if len(table) > FEW_ROWS else "content",
        placeholder="",
        on_select="rerun",
        selection_mode="multi-row",
        key="videos",
        column_config={
            "poster": st.column_config.ImageColumn("", width="small"),
            "duration_seconds": st.column_config.NumberColumn("seconds", format="%.2f"),
            "megabytes": st.column_config.NumberColumn("MB", format="%.2f"),
            "status": st.column_config.TextColumn("state"),
            "reason": st.column_config.TextColumn(width="medium"),
        },
    )
    rows = table.iloc[picked.selection.rows]
    chosen = rows["video_id"].dropna().unique().tolist()
    failed = rows.loc[rows["video_id"].isna(), "path"].tolist()
    if chosen:
        removal_panel.offer_removal(folder, "video", chosen, "videos")
    elif failed:
        removal_panel.offer_removal(folder, "file", failed, "files")
    if len(rows) == 1:
        st.text(rows.iloc[0]["reason"])
        draw_clips(folder, str(rows.iloc[0]["video_id"]))
    elif rows.empty:
        st.caption("Select a row to see its clips, or several to remove them.")


def draw_clips(folder: WorkspaceFolder, video_id: str) -> None:
    """The clips of one video, in time order."""
    every = contents.clip_table(folder)
    clips = every[every["video_id"] == video_id]
    if clips.empty:
        st.caption("This file has no clips.")
        return
    picked = clip_gallery(cards_of(clips, label_colours(folder)), key="clips of video")
    if picked is not None:
        state.choose_clip(picked)
        st.rerun()
