"""Vectors from outside: by clip, by video and time, from npz and Parquet, and what is left out or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from PIL import Image

from vidviz.errors import BackboneError, WorkspaceError
from vidviz.services.embedding import outside_vectors
from vidviz.services.embedding.outside_tables import read_rows
from vidviz.services.importing import import_run
from vidviz.services.library import contents, embedding_sets
from vidviz.services.search import query_vector, search_run
from vidviz.services.search.queries import Query


@pytest.fixture
def ids(folder, fill):
    """Nine clips of nine videos of ten seconds, [0, 2) each."""
    return fill(folder, np.random.default_rng(0).normal(size=(9, 4)))


def test_exported_vectors_come_back_as_a_set_and_are_searched(folder, ids, tmp_path):
    vectors = np.random.default_rng(1).normal(size=(9, 16)).astype(np.float32)
    np.savez(tmp_path / "v.npz", clip_ids=np.array(ids), vectors=vectors)
    done = outside_vectors.bring_in(folder, tmp_path / "v.npz", "my-net")
    assert (done.clips, done.new_clips, done.dimension, done.left_out) == (9, 0, 16, {})
    found = embedding_sets.find_set(folder, "my-net")
    assert (found.key, found.dimension, found.spec.weights) == (done.set_key, 16, "outside")
    hits = search_run.search_by_clip(folder, "my-net", ids[4], 9).hits
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert [hit.clip_id for hit in hits] == [ids[row] for row in np.argsort(-(units @ units[4]))]
    by_vector = search_run.search_by_vector(folder, "my-net", vectors[4])
    assert by_vector.hits[0].clip_id == ids[4]
    again = outside_vectors.bring_in(folder, tmp_path / "v.npz", "my-net")
    assert (again.clips, again.left_out) == (0, {"the set holds this vector already": 9})
    for query in (Query(sentence="a dog"), Query(video=f"{1:064x}", seconds=(0, 1))):
        with pytest.raises(BackboneError, match="brought in from outside"):
            query_vector.query_vector(folder, "my-net", query)


def test_parquet_with_videos_and_times_matches_clips_or_makes_them(folder, ids, tmp_path):
    vectors = np.random.default_rng(1).normal(size=(4, 8))
    known = pd.DataFrame(
        {
            "video": ["video 0.mp4", "video 1", f"{2:064x}", "video 3.mp4"],
            "start_seconds": [0.0] * 4,
            "end_seconds": [2.0] * 4,
            "vector": list(vectors),
        }
    )
    known.to_parquet(tmp_path / "known.parquet")
    done = outside_vectors.bring_in(folder, tmp_path / "known.parquet", "known")
    assert (done.clips, done.new_clips) == (4, 0)
    assert set(embedding_sets.load_embeddings(folder, done.set_key).ids.tolist()) == set(ids[:4])
    other = known.assign(start_seconds=[1.0, 2.0, 3.0, 4.0], end_seconds=[3.5, 4.5, 5.5, 6.5])
    other.to_parquet(tmp_path / "other.parquet")
    made = outside_vectors.bring_in(folder, tmp_path / "other.parquet", "other")
    assert (made.clips, made.new_clips) == (4, 4)
    assert (done.without_picture, made.without_picture) == (0, 4)  # there are no files behind these videos
    recipe = embedding_sets.find_set(folder, "other").spec.recipe_key
    assert recipe.startswith("windows-2.5-")
    table = contents.clip_table(folder, recipe)
    assert sorted(table["start_seconds"]) == [1, 2, 3, 4]
    assert len(search_run.search_by_clip(folder, "other", int(table["clip_id"].iloc[0]), 9).hits) == 4
    assert len(contents.clip_table(folder, embedding_sets.find_set(folder, "known").spec.recipe_key)) == 9


def test_rows_that_name_nothing_here_are_left_out_and_counted(folder, ids, tmp_path):
    vectors = np.ones((7, 3), np.float32)
    vectors[1], vectors[2, 0] = 0, np.nan
    np.savez(
        tmp_path / "v.npz",
        vectors=vectors,
        videos=np.array(
            ["video 0.mp4", "video 1.mp4", "video 2.mp4", "nobody", "video 3.mp4", "video 4.mp4", "video 0.mp4"]
        ),
        start_seconds=np.array([0, 0, 0, 0, 5.0, 90.0, 0]),
        end_seconds=np.array([2, 2, 2, 2, 5.0, 91.0, 2]),
    )
    done = outside_vectors.bring_in(folder, tmp_path / "v.npz", "partly")
    assert done.clips == 1
    assert done.left_out == {
        "its vector is all zeros": 1,
        "its vector holds NaN or infinite values": 1,
        "this library has no such video": 1,
        "its times lie outside of its video": 2,
        "its clip comes again further down": 1,
    }


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"clip_ids": np.arange(3)}, "needs vectors"),
        ({"vectors": np.ones(3), "clip_ids": np.arange(3)}, "needs vectors"),
        ({"vectors": np.ones((3, 2))}, "needs clip_ids, or videos"),
        ({"vectors": np.ones((3, 2)), "clip_ids": np.arange(2)}, "another length"),
        ({"vectors": np.ones((3, 2)), "clip_ids": np.full(3, 0.5)}, "whole numbers"),
        ({"vectors": np.ones((3, 2)), "clip_ids": np.ones(3, np.float32)}, "whole numbers"),
        ({"vectors": np.ones((3, 2)), "clip_ids": np.array(["a", "b", ""])}, "whole numbers"),
        ({"numbers": np.ones((3, 2)), "who": np.arange(3)}, "it has 'numbers', 'who'"),
        ({"vectors": np.ones((3, 2)), "who": np.arange(3)}, "it has 'vectors', 'who'"),
        ({"vectors": np.ones((3, 2)), "clip_ids": np.arange(3)}, r"No row of v.npz can be used \(3 rows: this library"),
        (
            {"vectors": np.array([[{}]]), "clip_ids": np.arange(1)},
            r"Python objects, which are not loaded .*np.array\(vectors",
        ),
    ],
)
def test_files_that_cannot_be_used_are_told(folder, ids, tmp_path, arrays, sentence):
    np.savez(tmp_path / "v.npz", **arrays)
    with pytest.raises(WorkspaceError, match=sentence):
        outside_vectors.bring_in(folder, tmp_path / "v.npz", "x")
    assert [found.spec.backbone for found in embedding_sets.list_sets(folder)] == ["r3d_18"]
    assert len(ids) == 9


@pytest.mark.parametrize("pack", [np.savez, np.savez_compressed])
def test_whichever_byte_of_a_file_is_another_is_a_sentence_or_nothing(tmp_path, pack):
    rng = np.random.default_rng(0)
    pack(tmp_path / "v.npz", vectors=rng.normal(size=(6, 4)), clip_ids=np.arange(6))
    whole = (tmp_path / "v.npz").read_bytes()
    sentences = 0
    for place in range(len(whole)):
        for other in (0x01, 0x08, 0xFF):
            (tmp_path / "d.npz").write_bytes(whole[:place] + bytes([whole[place] ^ other]) + whole[place + 1 :])
            try:
                read_rows(tmp_path / "d.npz")
            except WorkspaceError:
                sentences += 1
    assert sentences > len(whole)


@pytest.mark.parametrize(
    ("vectors", "sentence"),
    [
        ([[1.0, 2.0], [1.0]], "different lengths"),
        ([[], []], "needs vectors"),
        ([1.0, 2.0], "needs vectors"),
        ([{"x": 1.0}, {"x": 2.0}], "needs vectors"),
        ([["a"], ["b"]], "needs vectors"),
    ],
)
def test_parquet_whose_vectors_are_none_is_told(tmp_path, vectors, sentence):
    pyarrow.parquet.write_table(pyarrow.table({"vector": vectors, "clip_id": [1, 2]}), tmp_path / "v.parquet")
    with pytest.raises(WorkspaceError, match=sentence):
        read_rows(tmp_path / "v.parquet")


@pytest.mark.parametrize("kind", [pyarrow.list_(pyarrow.float32()), pyarrow.list_(pyarrow.float64(), 2)])
def test_parquet_vectors_are_read_as_they_are(tmp_path, kind):
    rows = [[1.0, 2.0], [3.0, None], [5.0, 6.0]]
    table = pyarrow.table({"extra": [1, 2, 3], "vector": pyarrow.array(rows, kind), "clip_id": [1, 2, 3]})
    pyarrow.parquet.write_table(table, tmp_path / "v.parquet")
    np.testing.assert_array_equal(read_rows(tmp_path / "v.parquet").vectors, np.array(rows, float))


def test_a_stretch_too_short_to_be_told_is_left_out(folder, ids, tmp_path):
    times = {"start_seconds": [0.0, 1.0], "end_seconds": [1e-7, 2.0]}
    np.savez(tmp_path / "v.npz", vectors=np.eye(2), videos=["video 1", "video 2"], **times)
    done = outside_vectors.bring_in(folder, tmp_path / "v.npz", "x")
    assert (done.clips, done.left_out) == (1, {"its times lie outside of its video": 1})


def test_names_endings_and_sizes_that_do_not_fit_are_told(folder, ids, tmp_path):
    np.savez(tmp_path / "v.npz", clip_ids=np.array(ids[:2]), vectors=np.ones((2, 3)))
    for name in ("", "../x", "a b", "x" * 61):
        with pytest.raises(WorkspaceError, match="up to 60 letters"):
            outside_vectors.bring_in(folder, tmp_path / "v.npz", name)
    (tmp_path / "v.csv").write_text("a,b")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing")
    with (tmp_path / "single.npz").open("wb") as file:
        np.save(file, np.ones((2, 3)))
    for file, sentence in (
        ("v.csv", "should end in"),
        ("none.npz", "cannot be read: .*No such file"),
        ("single.npz", "cannot be read: it is no .npz file"),
        ("bad.parquet", "cannot be read"),
    ):
        with pytest.raises(WorkspaceError, match=sentence):
            outside_vectors.bring_in(folder, tmp_path / file, "x")
    outside_vectors.bring_in(folder, tmp_path / "v.npz", "x")
    np.savez(tmp_path / "w.npz", clip_ids=np.array(ids[:2]), vectors=np.ones((2, 5)))
    with pytest.raises(WorkspaceError, match="holds vectors of 3 numbers, and these have 5"):
        outside_vectors.bring_in(folder, tmp_path / "w.npz", "x")
    done = outside_vectors.bring_in(folder, tmp_path / "w.npz", "x", replace=True)
    assert (done.dimension, embedding_sets.load_embeddings(folder, "x").vectors.shape) == (5, (2, 5))


def test_new_clips_get_the_pictures_of_their_video(folder, make_video, tmp_path):
    import_run.import_videos(folder, import_run.ImportRequest((str(make_video("a.mp4", seconds=4.0)),)))
    np.savez(tmp_path / "v.npz", vectors=np.eye(2), videos=["a"] * 2, start_seconds=[0.5, 1.5], end_seconds=[1.5, 2.5])
    made = outside_vectors.bring_in(folder, tmp_path / "v.npz", "x")
    assert (made.new_clips, made.without_picture) == (2, 0)
    for number in embedding_sets.load_embeddings(folder, made.set_key).ids.tolist():
        with Image.open(folder.poster(number)) as poster, Image.open(folder.strip(number)) as strip:
            assert (poster.size, strip.n_frames > 1) == ((64, 48), True)


def test_vectors_of_a_set_are_replaced_where_that_is_asked_for(folder, ids, tmp_path):
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 9, 16)).astype(np.float32)
    np.savez(tmp_path / "first.npz", clip_ids=np.array(ids), vectors=first)
    np.savez(tmp_path / "second.npz", clip_ids=np.array(ids), vectors=second)
    np.savez(tmp_path / "part.npz", clip_ids=np.array(ids[:8]), vectors=first[:8])

    def nearest(vectors: np.ndarray, asked: int) -> list[int]:
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return [ids[row] for row in np.argsort(-(units @ units[asked]))]

    outside_vectors.bring_in(folder, tmp_path / "first.npz", "mine")
    assert [hit.clip_id for hit in search_run.search_by_clip(folder, "mine", ids[0], 9).hits] == nearest(first, 0)
    with pytest.raises(WorkspaceError, match=r"holds other vectors of 9 of these 9 clips. Replace what"):
        outside_vectors.bring_in(folder, tmp_path / "second.npz", "mine")
    assert embedding_sets.load_embeddings(folder, "mine").vectors.tolist() == first[np.argsort(ids)].tolist()
    done = outside_vectors.bring_in(folder, tmp_path / "second.npz", "mine", replace=True)
    assert (done.clips, done.replaced, done.left_out) == (9, 9, {})
    assert embedding_sets.load_embeddings(folder, "mine").vectors.tolist() == second[np.argsort(ids)].tolist()
    assert [hit.clip_id for hit in search_run.search_by_clip(folder, "mine", ids[0], 9).hits] == nearest(second, 0)
    done = outside_vectors.bring_in(folder, tmp_path / "part.npz", "mine", replace=True)
    assert (done.clips, done.replaced, len(embedding_sets.load_embeddings(folder, "mine"))) == (8, 9, 8)
    assert len(search_run.search_by_clip(folder, "mine", ids[0], 9).hits) == 8


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("clip_ids", lambda ids: np.array([str(number) for number in ids])),
        ("Clip_ID", lambda ids: np.array([f" {number} ".encode() for number in ids])),
        ("ids", lambda ids: np.array(ids, float)),
        ("id", lambda ids: np.array(ids, np.uint64)),
    ],
)
def test_ids_are_taken_as_numbers_and_as_text(folder, ids, tmp_path, name, write):
    np.savez(tmp_path / "v.npz", **{"embeddings": np.eye(9), name: write(ids)})
    done = outside_vectors.bring_in(folder, tmp_path / "v.npz", "x")
    assert (done.clips, done.left_out) == (9, {})


def test_parquet_rows_without_a_vector_or_an_id_are_counted(folder, ids, tmp_path):
    table = {
        "clip_id": [str(ids[0]), "none", None, *map(str, ids[3:])],
        "embedding": [[1.0, 2.0]] * 3 + [None, [], [np.nan, 1.0], *[[3.0, 1.0]] * 3],
    }
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "v.parquet")
    done = outside_vectors.bring_in(folder, tmp_path / "v.parquet", "x")
    assert (done.clips, done.dimension) == (4, 2)
    assert done.left_out == {
        "it has no vector": 2,
        "its vector holds NaN or infinite values": 1,
        "its id is no whole number": 2,
    }


@pytest.mark.parametrize("names", [("dim_0", "dim_1", "dim_2"), ("1", "2", "3"), ("f0", "f1", "f2")])
def test_a_column_a_number_is_a_vector(folder, ids, tmp_path, names):
    vectors = np.random.default_rng(0).normal(size=(9, 3))
    table = {"id": ids, **dict(zip(reversed(names), vectors[:, ::-1].T, strict=True))}
    pd.DataFrame(table).to_parquet(tmp_path / "v.parquet")
    np.testing.assert_array_equal(read_rows(tmp_path / "v.parquet").vectors, vectors)
    assert outside_vectors.bring_in(folder, tmp_path / "v.parquet", "x").clips == 9


@pytest.mark.parametrize(
    "names",
    [
        ["/nowhere/0", "/nowhere/1", "/nowhere/2"],
        ["/data/films/video 0.mp4", r"C:\films\video 1.mp4", "./video 2.mp4"],
        ["films/video 0", "video 1", "VIDEO"],
    ],
)
def test_videos_are_named_by_paths_names_and_stems(folder, ids, tmp_path, names):
    times = {"start": [0.0] * 3, "end": [2.0] * 3}
    np.savez(tmp_path / "v.npz", vectors=np.eye(3), videos=names, **times)
    done = outside_vectors.bring_in(folder, tmp_path / "v.npz", "x")
    lost = sum(name == "VIDEO" for name in names)
    assert (done.clips, done.left_out.get("this library has no such video", 0)) == (3 - lost, lost)


def test_a_name_of_several_videos_names_none_and_its_folder_tells_them_apart(folder, make_video, tmp_path):
    files = [make_video(f"{place}/a.mp4", seed=seed) for seed, place in enumerate(("left", "right"))]
    import_run.import_videos(folder, import_run.ImportRequest(tuple(map(str, files))))
    times = {"start_seconds": [0.0] * 3, "end_seconds": [1.0] * 3}
    np.savez(tmp_path / "v.npz", vectors=np.eye(3), videos=["a.mp4", "left/a.mp4", "/elsewhere/right/a.mp4"], **times)
    done = outside_vectors.bring_in(folder, tmp_path / "v.npz", "x")
    assert (done.clips, done.left_out) == (2, {"several videos of this library are called so": 1})
