"""Queries as text, and every way of asking on a network that costs nothing."""

from __future__ import annotations

import io
import json
import os
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vidviz.errors import BackboneError, MediaError, SearchIndexError, WorkspaceError
from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedRequest
from vidviz.services.importing import import_run
from vidviz.services.index import set_index
from vidviz.services.library import contents
from vidviz.services.library.url_text import loses_parts
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.search import query_files, query_folder, query_vector, search_run
from vidviz.services.search.queries import Example, Query, read_query
from vidviz.services.search.search_run import SearchOptions
from vidviz.types import Recipe

SHA = "0123456789abcdef" * 4

weights = st.one_of(st.integers(1, 300), st.integers(-300, -1)).map(lambda hundredths: hundredths / 100)
examples = st.lists(st.builds(Example, st.integers(0, 2**53 - 1), weights), max_size=5, unique_by=lambda e: e.clip_id)
stretches = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda t: (t[0] / 10, (t[0] + t[1]) / 10))
queries = st.builds(
    Query,
    examples.map(tuple),
    st.sampled_from(["", SHA]),
    st.sampled_from(["", SHA[::-1]]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.one_of(st.none(), stretches),
)


@given(queries)
def test_a_query_comes_back_from_its_text(query):
    assert read_query(query.text_form) == query
    assert bool(query.text_form) == (query != Query())


@given(
    st.one_of(
        st.text(max_size=30),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.sampled_from([10**400, "\ud800"]) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["clips", "video", "image", "sentence", "seconds"]), inner, max_size=5
                )
            ),
        ).map(json.dumps),
    )
)
def test_whatever_a_url_holds_becomes_a_query(text):
    query = read_query(text)
    assert read_query(query.text_form) == query


@pytest.mark.parametrize(
    "said",
    [
        {"clips": [[1, 0]]}, {"clips": [[1, 99]]}, {"clips": [[2**53, 1]]}, {"clips": [[1, "x"]]},
        {"clips": [[True, 1]]},
        {"clips": [[1, float("nan")]]}, {"video": "../../etc/passwd"}, {"image": "A" * 64},
        {"seconds": [3, 1]},
        {"seconds": [-1, 1]}, {"seconds": [0, 1e300]}, {"sentence": ["x"]}, [], "[" * 100_000,
        {"clips": [[1, 10**400]]}, {"clips": [[1, -(10**400)]]}, {"clips": [[10**400, 1]]}, {"seconds": [0, 10**400]},
        {"sentence": "\ud800"}, {"\udfff": 1, "sentence": "a dog"},
    ],
)  # fmt: skip
def test_what_is_no_query_is_none(said):
    assert read_query(said if isinstance(said, str) else json.dumps(said)) == Query()


@given(queries)
def test_what_a_query_writes_loses_nothing(query):
    assert not loses_parts(query.text_form, read_query(query.text_form).text_form)


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("", False), ("{}", False), ('{"clips":[]}', False), ('{"clips":[[1,1]]}', False), ("[]", True), ("{", True),
        ('{"clips":[[1,1],[2,NaN]]}', True), ('{"clips":7}', True), ('{"clips":[[1,1]],"seconds":[2,1]}', True),
        ('{"clips":[[1,1]],"colour":"red"}', True), ('{"clips":"","sentence":"a dog"}', False),
        (json.dumps({"sentence": "a" * 501}), True), ('{"clips":[[1,0.123456]]}', False),
    ],
)  # fmt: skip
def test_what_a_url_loses_is_known(said, lost):
    assert loses_parts(said, read_query(said).text_form) is lost


def test_examples_join_replace_and_leave_the_tray():
    query = Query().with_example(1, 1.0).with_example(2, -0.5).with_example(1, 2.0)
    assert query.examples == (Example(2, -0.5), Example(1, 2.0))
    assert query.with_example(2, 0).examples == (Example(1, 2.0),)
    assert query.only_clip is None
    assert query.with_example(2, 0).only_clip == 1
    assert Query((Example(1, -1.0),)).only_clip is None


def test_more_and_less_like_these_is_rocchio(folder, fill):
    vectors = np.random.default_rng(1).normal(size=(60, 8))
    ids = fill(folder, vectors)
    query = Query((Example(ids[3], 1.0), Example(ids[7], 2.0), Example(ids[9], -0.5)))
    answer = search_run.search(folder, "", query, SearchOptions(k=60))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    wanted = (units[3] + 2 * units[7]) / 2 - 0.5 * units[9]
    scores = units @ (wanted / np.linalg.norm(wanted))
    assert [hit.clip_id for hit in answer.hits] == [ids[row] for row in np.argsort(-scores)]
    for hit in answer.hits:
        assert hit.score == pytest.approx(scores[ids.index(hit.clip_id)], abs=1e-5)
    others = search_run.search(folder, "", query, SearchOptions(k=60, include_self=False))
    assert {ids[3], ids[7]}.isdisjoint(hit.clip_id for hit in others.hits)
    assert ids[9] in [hit.clip_id for hit in others.hits]


def test_nothing_asked_and_nothing_left_are_told(folder, fill):
    ids = fill(folder, np.array([[1.0, 0], [1, 0], [0, 1]]))
    with pytest.raises(SearchIndexError, match="Nothing is asked for"):
        search_run.search(folder, "", Query())
    with pytest.raises(SearchIndexError, match="cancel each other out"):
        search_run.search(folder, "", Query((Example(ids[0], 1.0), Example(ids[1], -1.0))))
    with pytest.raises(WorkspaceError, match="There is no clip 5"):
        search_run.search(folder, "", Query((Example(5),)))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory, write_video, tiny_for_all):
    """A workspace with two videos of four seconds, embedded by the tiny network."""
    home = tmp_path_factory.mktemp("asked")
    paths = [
        str(write_video(home / f"videos/{name}.mp4", seconds=4.0, seed=seed)) for name, seed in (("a", 1), ("b", 2))
    ]
    folder = open_workspace(home / "workspace")
    import_run.import_videos(folder, import_run.ImportRequest(tuple(paths), Recipe()))
    embed_run.embed_clips(folder, EmbedRequest("tiny", precision="float32"))
    set_index.release_index(folder)
    return folder.path


@pytest.fixture
def asked(embedded, open_copy, tiny):
    """A copy of it."""
    return open_copy(embedded)


def test_a_stretch_of_an_uploaded_copy_finds_its_clip(asked, tmp_path, make_video):
    upload = make_video("a.mp4", seconds=4.0, seed=1).read_bytes() + b"\0" * 8  # another file, the same frames
    received = query_files.receive_file(asked, "../../<b>copy.mp4", io.BytesIO(upload), still=False)
    assert received.name == "<b>copy.mp4"
    assert received.path.parent == asked.asked
    assert received.duration_seconds == pytest.approx(4.0, abs=0.2)
    assert [(p.start_seconds, p.end_seconds) for p in received.posters] == [(0, 2), (2, 4)]
    assert all(asked.poster(poster.clip_id).is_file() for poster in received.posters)
    assert query_files.find_file(asked, received.token) == received
    assert query_files.find_playable(asked, received.token) == received.path
    table = contents.clip_table(asked).set_index("clip_id")
    for seconds in ((0.0, 2.0), (2.0, 4.0)):
        hits = search_run.search(asked, "", Query(video=received.token, seconds=seconds)).hits
        assert hits[0].score == pytest.approx(1, abs=1e-5)
        assert table.loc[hits[0].clip_id, ["video", "start_seconds"]].tolist() == ["a.mp4", seconds[0]]
    own = table[table["video"] == "a.mp4"]["video_id"].iloc[0]
    left = search_run.search(asked, "", Query(video=own, seconds=(0, 2)), SearchOptions(k=9, leave_out_own_video=True))
    assert {hit.video for hit in left.hits} == {"b.mp4"}


def test_stretches_without_frames_are_told(asked):
    video = contents.clip_table(asked)["video_id"].iloc[0]
    with pytest.raises(MediaError, match="holds no frame; draw a longer one"):
        query_vector.query_vector(asked, "", Query(video=video, seconds=(1.0, 1.01)))
    with pytest.raises(MediaError, match=r"ends at 4.0 s, before 9.0 s"):
        query_vector.query_vector(asked, "", Query(video=video, seconds=(9.0, 10.0)))
    for stretch in ((-1.0, 2.0), (2.0, 1.0), (float("nan"), 2.0), (0.0, float("nan"))):
        with pytest.raises(MediaError, match="from 0 on, and ends where it begins or later"):
            query_vector.query_vector(asked, "", Query(video=video, seconds=stretch))
    with pytest.raises(WorkspaceError, match="not kept any more; choose it again"):
        query_vector.query_vector(asked, "", Query(video=SHA))


def picture_bytes(colour=(200, 30, 40)):
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


def test_pictures_and_videos_are_not_taken_for_each_other(asked, make_video):
    with pytest.raises(MediaError, match=r"red.png is a picture, not a video; ask with an image instead"):
        query_files.receive_file(asked, "red.png", io.BytesIO(picture_bytes()), still=False)
    with pytest.raises(MediaError, match=r"a.mp4 is not a picture that can be read"):
        query_files.receive_file(asked, "a.mp4", io.BytesIO(make_video("c.mp4").read_bytes()), still=True)
    with pytest.raises(MediaError, match=r"x.mp4 is not a video that can be read"):
        query_files.receive_file(asked, "x.mp4", io.BytesIO(b"no video" * 40), still=False)
    with pytest.raises(MediaError, match=r"x.png is empty"):
        query_files.receive_file(asked, "x.png", io.BytesIO(b""), still=True)
    assert [path.name for path in (asked.asked).iterdir()] == []
    image = query_files.receive_file(asked, "red.png", io.BytesIO(picture_bytes()), still=True)
    with pytest.raises(MediaError, match=r"red.png is a picture, not a video"):
        query_vector.query_vector(asked, "", Query(video=image.token))


def test_a_network_of_motion_takes_no_picture_and_reads_no_text(asked):
    image = query_files.receive_file(asked, "red.png", io.BytesIO(picture_bytes()), still=True)
    with pytest.raises(BackboneError, match="looks at motion, of which a single picture has none"):
        query_vector.query_vector(asked, "", Query(image=image.token))
    video = contents.clip_table(asked)["video_id"].iloc[0]
    with pytest.raises(BackboneError, match="looks at motion"):
        query_vector.query_vector(asked, "", Query(video=video, seconds=(1.0, 1.0)))
    with pytest.raises(BackboneError, match=r"tiny reads no text; choose an embedding set of clip_b32"):
        query_vector.query_vector(asked, "", Query(sentence="a dog"))
    with pytest.raises(SearchIndexError, match="The sentence is empty"):
        query_vector.query_vector(asked, "", Query(sentence="  \n"))


def test_the_oldest_files_go(folder, monkeypatch):
    monkeypatch.setattr(query_folder, "MOST_KEPT", 2)
    kept = [
        query_files.receive_file(folder, f"{n}.png", io.BytesIO(picture_bytes((n, 0, 0))), still=True) for n in range(4)
    ]
    assert query_files.find_file(folder, kept[-1].token).name == "3.png"
    with pytest.raises(WorkspaceError, match="not kept any more"):
        query_files.find_file(folder, kept[0].token)
    assert len(list((folder.asked).iterdir())) == 4


def test_a_dropped_video_takes_its_pictures_along_unless_the_library_has_it(asked, make_video, monkeypatch):
    monkeypatch.setattr(query_folder, "MOST_KEPT", 1)
    own = make_video("a.mp4", seconds=4.0, seed=1).read_bytes()  # the library's
    received = [
        query_files.receive_file(asked, f"copy{len(added)}.unknown", io.BytesIO(own + added), still=False)
        for added in (b"", b"\0" * 8, b"\0" * 16)
    ]
    pictures = [
        [place(p.clip_id).is_file() for p in one.posters for place in (asked.poster, asked.strip)] for one in received
    ]
    assert pictures == [[True] * 4, [False] * 4, [True] * 4]
    names = {path.name for path in (asked.asked).iterdir()}
    assert names == {received[-1].token, f"{received[-1].token}.json"}


def test_what_an_upload_that_was_broken_off_left_goes_and_one_under_way_stays(folder):
    place = folder.asked
    place.mkdir()
    for name, age in (("old", 7200), ("new", 60)):
        for part in (f".arriving-{name}", f".writing-{name}", f"{name}.mp4"):
            (place / part).touch()
            os.utime(place / part, (time.time() - age,) * 2)
    query_files.receive_file(folder, "1.png", io.BytesIO(picture_bytes()), still=True)
    assert sorted(path.name for path in place.iterdir() if len(path.stem) < 64) == [
        ".arriving-new", ".writing-new", "new.mp4",
    ]  # fmt: skip


def test_an_animation_is_asked_with_as_a_video_and_as_a_picture(folder):
    def animation(count):
        pictures = [Image.effect_noise((32, 32), 50 + 50 * number) for number in range(count)]
        file = io.BytesIO()
        pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=100)
        return file.getvalue()

    moving = animation(8)
    video = query_files.receive_file(folder, "x.gif", io.BytesIO(moving), still=False)
    assert query_files.receive_file(folder, "x.gif", io.BytesIO(moving), still=True).still
    assert query_files.find_file(folder, video.token) == video
    single = animation(1)
    picture = query_files.receive_file(folder, "y.gif", io.BytesIO(single), still=True)
    with pytest.raises(MediaError, match=r"y.gif is a picture, not a video"):
        query_files.receive_file(folder, "y.gif", io.BytesIO(single), still=False)
    assert query_files.find_file(folder, picture.token) == picture
