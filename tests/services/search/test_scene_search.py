"""Find the scene: every shot of the two sample films is found by a stretch of another, cropped and recoded copy."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedRequest
from vidviz.services.importing import import_run
from vidviz.services.index.set_index import release_index
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.search import query_files, search_run
from vidviz.services.search.moments import join_moments
from vidviz.services.search.queries import Query
from vidviz.services.search.search_run import SearchOptions
from vidviz.types import Recipe

SAMPLES = Path(__file__).parents[3] / "sample_videos"
FILMS = ("film_day-at-sea.mp4", "film_city-night.mp4")
CROPPED = 0.06  # of each side
INSIDE_SECONDS = 0.25  # the query leaves out the seconds around the cut
CLEAR_LEAD = 0.005  # in score, before the second hit: less would be found by luck
# At a set speed. In libvpx's "realtime" the coder chooses its speed by the clock, frame by frame: on a busy machine
# another copy came out each time, and the train crossing the bridge was found or missed by 0.0004.
CODING = {"crf": "40", "b": "200k", "deadline": "good", "cpu-used": "4"}


def list_scenes() -> list[tuple[str, float, float]]:
    with (SAMPLES / "scenes.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["video"] in FILMS]
    return [(row["video"], float(row["start"]), float(row["end"])) for row in rows]


def copy_film(path: Path) -> bytes:
    """Another copy: cropped at all sides, smaller, half of the frames, and coded coarsely by another codec."""
    out = io.BytesIO()
    with av.open(str(path)) as source, av.open(out, "w", format="webm") as target:
        rate = source.streams.video[0].average_rate
        stream: Any = target.add_stream("libvpx", rate=rate / 2, options=CODING)
        stream.width, stream.height, stream.pix_fmt = 200, 112, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            if number % 2:
                continue
            pixels = frame.to_ndarray(format="rgb24")
            top, left = (int(CROPPED * size) for size in pixels.shape[:2])
            cut = np.ascontiguousarray(pixels[top:-top, left:-left])
            picture = av.VideoFrame.from_ndarray(cut, format="rgb24").reformat(200, 112, "yuv420p")
            picture.pts = number // 2
            picture.time_base = 1 / (rate / 2)
            target.mux(stream.encode(picture))
        target.mux(stream.encode(None))
    return out.getvalue()


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """The films, cut at their shots and seen frame by frame, and the tokens of their copies."""
    folder = open_workspace(tmp_path_factory.mktemp("films") / "workspace")
    paths = tuple(str(SAMPLES / name) for name in FILMS)
    import_run.import_videos(folder, import_run.ImportRequest(paths, Recipe("shots", 10, 10)))
    embed_run.embed_clips(folder, EmbedRequest("simple2d_look", precision="float32"))
    copies = {
        name: query_files.receive_file(
            folder, f"copy of {name}.webm", io.BytesIO(copy_film(SAMPLES / name)), still=False
        )
        for name in FILMS
    }
    yield folder, copies
    release_index(folder)


def test_there_are_twelve_scenes():
    assert len(list_scenes()) == 12


@pytest.mark.slow
@pytest.mark.parametrize(("film", "start", "end"), list_scenes())
def test_each_shot_is_found_from_another_copy(films, film, start, end):
    folder, copies = films
    seconds = (start + INSIDE_SECONDS, end - INSIDE_SECONDS)
    answer = search_run.search(folder, "", Query(video=copies[film].token, seconds=seconds), SearchOptions(k=5))
    best = join_moments(answer.hits[:1])[0]
    assert answer.hits[0].video == film
    assert answer.hits[0].score >= answer.hits[1].score + CLEAR_LEAD
    shared = min(best.end_seconds, end) - max(best.start_seconds, start)
    assert shared >= 0.8 * max(end - start, best.end_seconds - best.start_seconds)
