"""Running and ended jobs, in the foot of the sidebar."""

from __future__ import annotations

import time

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.records import Job
from vidviz.services import jobs
from vidviz.ui.components.routes.served_names import readable_by_jobs
from vidviz.ui.plain_text import plain, shorten
from vidviz.workspace_folder import WorkspaceFolder

POLL_SECONDS = 1.0
SHOWN_ENDED = 3
MESSAGE_CHARACTERS = 140


def show_jobs(folder: WorkspaceFolder) -> None:
    """One line a job; polls only while one is active, and draws the page anew when one ends."""
    active = any(job.active for job in jobs.list_jobs(folder, limit=20))
    st.fragment(_draw, run_every=POLL_SECONDS if active else None)(folder, active)


def _draw(folder: WorkspaceFolder, was_active: bool) -> None:
    listed = jobs.list_jobs(folder, limit=20)
    active = [job for job in listed if job.active]
    if was_active and {job.id for job in active} != st.session_state.get("active jobs", {job.id for job in active}):
        st.session_state["active jobs"] = {job.id for job in active}
        st.rerun(scope="app")
    st.session_state["active jobs"] = {job.id for job in active}
    unread = [job for job in listed if not job.active and not job.read][:SHOWN_ENDED]
    if active or unread:
        st.caption("Jobs")
    for job in active:
        _draw_active(folder, job)
    for job in unread:
        _draw_ended(folder, job)


def _draw_active(folder: WorkspaceFolder, job: Job) -> None:
    left = f" · {job.seconds_left:.0f} s left" if job.seconds_left is not None else ""
    rate = f" · {job.rate:.1f}/s" if job.rate else ""
    # Of an import the message is a file's name, which is anybody's text; of an embedding it is the unit.
    unit = f" {job.message}" if job.kind == "embed" else ""
    text = f"{job.title}: {job.done} of {job.total}{unit}{rate}{left}"
    if job.total <= 1:
        text = f"{job.title}: at work since {time.time() - job.created_at:.0f} s"
    st.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=text)
    if st.button(
        "Stopping" if job.cancel_requested else "Cancel",
        key=f"cancel {job.id}",
        disabled=job.cancel_requested,
        help="What is done until then is kept.",
    ):
        _try(lambda: jobs.cancel_job(folder, job.id))


def _draw_ended(folder: WorkspaceFolder, job: Job) -> None:
    """A line for what went well; a box for what did not."""
    if job.state == "done":
        message, away = st.columns([8, 1], vertical_alignment="center", gap="small")
        message.caption(f"✓ {plain(job.title)}: {plain(shorten(job.message, MESSAGE_CHARACTERS))}")
        if away.button("✕", key=f"read {job.id}", type="tertiary", help="Put away"):
            _try(lambda: jobs.mark_read(folder, job.id))
        return
    short = shorten(job.message, MESSAGE_CHARACTERS)
    with st.container(border=True):
        st.markdown(f"**{plain(job.title)}** {job.state}")
        st.caption(plain(short), help=plain(job.message) if short != job.message else None)
        with st.container(horizontal=True):
            if st.button("Resume", key=f"resume {job.id}", help="Goes on where it stopped."):
                _try(lambda: jobs.restart_job(folder, job.id, readable_by_jobs(folder)))
            if st.button("Put away", key=f"read {job.id}"):
                _try(lambda: jobs.mark_read(folder, job.id))


def _try(action: object) -> None:
    try:
        action()  # type: ignore[operator]
    except VidvizError as error:
        st.error(plain(sentence_of(error)))
        return
    st.rerun(scope="app")
