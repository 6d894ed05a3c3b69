"""The Search page on a library of generated vectors: a trial of an index that is stopped, hits taken away as files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vidviz.records import LABEL, Clip, EmbeddingSet, Video
from vidviz.services.library.source_files import file_state
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe, Span, VideoProbe, clip_id

pytestmark = pytest.mark.browser

FILM = Path(__file__).parents[2] / "sample_videos" / "film_day-at-sea.mp4"
PROBE = VideoProbe("h264", "mp4", 96, 64, 0, 10.0, False, 100, 10.0, 0.0, False, True)
SPEC = EmbeddingSetSpec("simple3d", "random", "conv2", "mean", Recipe().key)
NUM_VIDEOS, CLIPS_A_VIDEO, SIZE = 40, 50, 32
NAME = '=1+1,<img src=x onerror=alert(1)> "quo\'te" **bold** {}.mp4'
HOSTILE_LABEL = '\' or id >= 0 or label == \'\n=HYPERLINK("x"),<b>"bold"</b>'
HITS = ".st-key-search-hits-gallery"
CARD = f"{HITS} .vv-card"


@pytest.fixture(scope="module")
def made(start_dashboard, tmp_path_factory):
    """A dashboard on 2,000 clips of videos with hostile names and labels, all shown by one film; and one of them."""
    dashboard = start_dashboard(tmp_path_factory.mktemp("made") / "workspace")
    folder, ids = dashboard.folder, []
    with write_catalogue(folder) as db:
        for number in range(NUM_VIDEOS):
            video_id = f"{number:064x}"
            # One film stands for all of them: it counts as looked at.
            looked_at = {"size_bytes": FILM.stat().st_size, "file_state": file_state(FILM)}
            video = Video(video_id, NAME.format(number), str(FILM), False, probe=PROBE, loss=None, **looked_at)
            videos.add_video(db, video)
            videos.set_labels(db, video_id, {LABEL: HOSTILE_LABEL if number % 2 else ""})
            spans = [Span(0.2 * place, 0.2 * place + 0.2) for place in range(CLIPS_A_VIDEO)]
            rows = [Clip(clip_id(video_id, span, SPEC.recipe_key), video_id, SPEC.recipe_key, span) for span in spans]
            clips.add_clips(db, rows)
            ids += [row.id for row in rows]
        sets.add_set(db, EmbeddingSet(SPEC, SIZE))
    vectors = np.random.default_rng(0).normal(size=(len(ids), SIZE)).astype(np.float32)
    VectorShards(folder.vectors(SPEC.key)).append(Embeddings(np.array(ids, np.int64), vectors))
    folder.previews.mkdir(exist_ok=True)
    picture = folder.previews / "picture.webp"
    Image.new("RGB", (96, 64), (40, 90, 130)).save(picture)
    for number in ids:
        os.link(picture, folder.poster(number))
        os.link(picture, folder.strip(number))
    return dashboard, ids[CLIPS_A_VIDEO]  # of a labelled video


@pytest.fixture
def page(made, watch) -> Any:
    dashboard, _ = made
    return watch(dashboard).open("search?search+view=Index+lab")


def settle(page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'"
    )


def trials_on_disk(folder) -> list[Path]:
    return [path for path in folder.milvus.rglob("*") if path.name.endswith("_lab")]


def wait_until_no_trial_is_left(page, folder) -> None:
    """The run that tried it ends where it next tells how far it is, and takes it away then."""
    for _ in range(100):
        if not trials_on_disk(folder):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"left: {trials_on_disk(folder)}")


@pytest.mark.slow
def test_a_trial_that_is_stopped_says_so_leaves_nothing_and_the_next_one_ends(made, page):
    folder = made[0].folder
    queries = page.get_by_role("spinbutton", name="Queries")
    queries.fill("500")  # 3,500 queries: more than a minute
    queries.press("Tab")
    page.get_by_role("button", name="Try it").click()
    page.get_by_text(re.compile(r"of 3,500 queries asked")).wait_for()
    assert trials_on_disk(folder)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled. The collection that was tried goes by itself").wait_for()
    settle(page)
    wait_until_no_trial_is_left(page, folder)
    assert page.get_by_role("button", name="Cancel").count() == 0
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.get_by_text("queries asked").count() == 0
    queries.fill("2")
    queries.press("Tab")
    page.get_by_role("button", name="Try it").click()
    page.get_by_text("HNSW M 16 · cosine similarity: 2 queries among 2,000 of 2,000 clips").wait_for()
    settle(page)
    assert page.get_by_text("Cancelled.").count() == 0
    assert trials_on_disk(folder) == []


def shown(page) -> list[list[str]]:
    """Clip, score and video of each card of the page of hits."""
    return page.locator(CARD).evaluate_all(
        """cards => cards.map((card) => [card.dataset.clip,
          card.querySelector('.vv-score').textContent, card.querySelector('.vv-title').textContent])"""
    )


def download(page, label: str) -> str:
    with page.expect_download() as caught:
        page.get_by_role("button", name=label, exact=True).click()
    assert caught.value.suggested_filename == f"vidviz-hits.{label.lower()}"
    return Path(caught.value.path()).read_text("utf-8")


@pytest.mark.slow
def test_hits_come_as_csv_and_json_with_the_clips_and_scores_of_the_page(made, page):
    dashboard, clip = made
    page.goto(f"{dashboard.url}/search?clip={clip}&search+hits=96")
    page.locator(f"{CARD} .vv-score").first.wait_for()
    settle(page)
    cards = shown(page)
    assert len(cards) == 48
    page.get_by_role("button", name="Next page").click()
    page.get_by_text("Hits 49 to 96").wait_for()
    page.locator(f"{CARD}[data-clip='{cards[0][0]}']").wait_for(state="detached")
    settle(page)
    cards += shown(page)
    told = json.loads(download(page, "JSON"))
    hits = told["hits"]
    assert (len(hits), told["engine"]) == (96, "Milvus Lite")
    assert told["filter"] == f"(id not in [{clip}])"  # the clip itself comes first without being looked for
    assert [hit["rank"] for hit in hits] == list(range(1, 97))
    assert [str(hit["clip_id"]) for hit in hits] == [card for card, _, _ in cards]
    digits = [len(score.partition(".")[2]) for _, score, _ in cards]
    assert [f"{hit['score']:.{few}f}" for hit, few in zip(hits, digits, strict=True)] == [
        score for _, score, _ in cards
    ]
    assert [hit["video"] for hit in hits] == [video for _, _, video in cards]
    assert (hits[0]["clip_id"], hits[0]["score"]) == (clip, 1.0)
    columns = ["rank", "clip_id", "video", "start_seconds", "end_seconds", "score", "label", "video_id"]
    assert list(hits[0]) == columns
    rows = list(csv.DictReader(io.StringIO(download(page, "CSV"), newline="")))
    assert list(rows[0]) == columns
    as_text = [{name: "" if value is None else str(value) for name, value in hit.items()} for hit in hits]
    assert rows == as_text
    numbers = {hit["video_id"]: int(hit["video_id"], 16) for hit in hits}
    assert all(hit["video"] == NAME.format(numbers[hit["video_id"]]) for hit in hits)
    assert {hit["label"] for hit in hits} == {HOSTILE_LABEL, None}
    assert page.locator("img[src='x']").count() == 0
