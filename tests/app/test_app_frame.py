"""The main script: where it starts, and the space bar, the clip at hand, links and jobs round every page."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from vidviz.services import jobs
from vidviz.store import job_rows as stored_jobs
from vidviz.store.catalogue import write_catalogue

UNESCAPED = re.compile(r"(?<!\\)<img|(?<!\\)]\(")
PAGES = Path(__file__).parents[2] / "pages"
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) `~`"


def go(page, name: str):
    return type(page)(page.app.switch_page(str(PAGES / f"{name}.py")).run())


def test_starts_in_the_library_while_there_is_nothing_to_see(prepared, show):
    page = show("main")
    assert "Drop in videos" in page.words
    assert "nothing embedded yet" in page.words


def test_starts_on_the_map_once_there_is(prepared, show):
    prepared.fill()
    page = show("main", {"map projection": "PCA"})
    assert len(page.drawn("clip_map")) == 1


def test_space_bar_counts_names_and_marks(prepared, show):
    prepared.fill()
    words = show("main", {"map projection": "PCA"}).words
    assert "6 videos · 12 clips" in words
    assert "random weights: this network was never trained" in words


@pytest.mark.parametrize("name", ["map", "search", "inside"])
def test_links_of_every_page_carry_set_and_clip(prepared, show, name):
    key, ids = prepared.fill()
    page = go(show("main", {"map projection": "PCA"}, set=key, clip=str(ids[1])), name)
    links = page.links()
    assert {"map", "search", "inside"} <= set(links)
    for query in links.values():
        assert parse_qs(query) == {"set": [key], "clip": [str(ids[1])]}


def test_set_and_clip_survive_a_change_of_page(prepared, show):
    _, ids = prepared.fill()
    other = prepared.add_set(ids, np.eye(12, 8), layer="conv1")
    page = show("main", {"map projection": "PCA"}, clip=str(ids[1]), set=other)
    page = go(page, "search")
    assert page.app.query_params["clip"] == str(ids[1])
    assert page.app.query_params["set"] == other
    assert page.drawn("clip_player")[0]["clip"]["clip_id"] == ids[1]


def test_the_picker_changes_the_set_everywhere(prepared, show):
    first, ids = prepared.fill()
    second = prepared.add_set(ids, np.eye(12, 8), layer="conv1")
    page = show("main", {"map projection": "PCA"}, set=first)
    page.app.selectbox(key="set picker").select(second).run()
    assert page.app.query_params["set"] == second
    assert "conv1" in type(page)(page.app).words


def test_a_url_that_a_person_edits_changes_the_set(prepared, show):
    first, ids = prepared.fill()
    second = prepared.add_set(ids, np.eye(12, 8), layer="conv1")
    page = show("main", {"map projection": "PCA"}, set=first)
    page.app.query_params["set"] = second
    page = page.again()
    assert page.app.query_params["set"] == second
    assert page.app.selectbox(key="set picker").value == second


def test_a_link_to_what_is_not_here_says_so_until_something_else_is_chosen(prepared, show):
    key, ids = prepared.fill()
    other = prepared.add_set(ids, np.eye(12, 8), layer="conv1")
    page = show("main", {"map projection": "PCA"}, set="dead*beef*", clip="42")
    told = [warning.value.replace("\\", "") for warning in page.app.warning]
    shown = {key: "conv2", other: "conv1"}[page.app.query_params["set"]]
    assert told[0].startswith("There is no embedding set 'dead*beef*' here: simple3d")
    assert shown in told[0]
    assert told[0].endswith("is shown instead.")
    assert told[1:] == ["There is no clip '42' here: choose another one."]
    assert "clip" not in page.app.query_params
    page = page.again()
    assert len(page.app.warning) == 2
    page.app.selectbox(key="set picker").select(key if page.app.query_params["set"] == other else other).run()
    assert [warning.value.replace("\\", "") for warning in page.app.warning] == told[1:]
    assert len(go(page, "inside").app.warning) == 0


def test_a_link_to_a_set_while_there_is_none_says_that(prepared, show):
    prepared.add_video("a.mp4")
    [warning] = show("main", set="x" * 99).app.warning
    assert warning.value.replace("\\", "") == f"There is no embedding set '{'x' * 40}…' here: nothing is embedded yet."


def add_job(prepared, title: str, state: str | None = None, message: str = "") -> int:
    job_id = jobs.add_job(prepared.folder, "map", title, {})
    if state:
        with write_catalogue(prepared.folder) as db:
            stored_jobs.finish_job(db, job_id, state, message)
    return job_id


def test_ended_jobs_stay_until_they_are_put_away(prepared, show):
    job_id = add_job(prepared, "Lay out", "failed", "Memory is short.")
    page = show("main")
    assert "Memory is short" in page.words.replace("\\", "")
    page.app.button(key=f"read {job_id}").click().run()
    assert "Memory is short" not in type(page)(page.app).words.replace("\\", "")


def test_a_running_job_can_be_cancelled(prepared, show):
    job_id = add_job(prepared, "Lay out")
    page = show("main")
    assert any("Lay out" in element.proto.text for element in page.app.get("progress"))
    page.app.button(key=f"cancel {job_id}").click().run()
    assert jobs.find_job(prepared.folder, job_id).cancel_requested or not jobs.find_job(prepared.folder, job_id).active


def test_an_interrupted_job_can_be_resumed(prepared, show):
    job_id = add_job(prepared, "Lay out", "interrupted", "Its process ended early.")
    page = show("main")
    page.app.button(key=f"resume {job_id}").click().run()
    newest = jobs.list_jobs(prepared.folder)[0]
    assert newest.id != job_id
    assert newest.active


def test_names_of_jobs_and_clips_are_never_markup(prepared, show):
    [number] = prepared.add_video(f"{HOSTILE}.mp4", HOSTILE, num_clips=1)
    prepared.add_set([number], np.ones((1, 8)))
    add_job(prepared, HOSTILE, "failed", HOSTILE)
    page = show("main", {"map projection": "PCA"}, clip=str(number))
    texts = [element.value for element in (*page.app.markdown, *page.app.caption)]
    assert [text for text in texts if UNESCAPED.search(text)] == []
    assert page.drawn("clip_gallery")[-1]["cards"][0]["title"] == f"{HOSTILE}.mp4"


@pytest.mark.parametrize("name", ["map", "search", "inside", "library"])
def test_a_catalogue_that_breaks_while_pages_are_open_is_told(prepared, show, name):
    _, ids = prepared.fill()
    page = go(show("main", {"map projection": "PCA"}, clip=str(ids[0])), name)
    with sqlite3.connect(prepared.folder.catalogue) as db:
        db.execute("ALTER TABLE clip RENAME TO lost")
    assert any("catalogue" in error for error in page.again().errors)
