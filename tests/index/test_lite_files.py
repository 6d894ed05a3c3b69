"""Milvus Lite's own index files, as a process that is killed leaves them: cut off somewhere."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.config import MilvusSettings
from vidviz.errors import SearchIndexError
from vidviz.index.milvus.lite_files import count_bytes, remove_index_files
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.milvus.open import open_milvus
from vidviz.index_design import KINDS, IndexDesign

CUTS = {"empty": lambda size: 0, "half": lambda size: size // 2, "last byte": lambda size: size - 1}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_index_file_that_was_cut_off_is_made_again_from_the_rows(
    tmp_path, kind, cut, new_spec, clip_rows, clip_vectors
):
    place, spec, design = tmp_path / "milvus.db", new_spec(), IndexDesign(kind=kind)
    rows, vectors = clip_rows(300), clip_vectors(300)
    files = _write_index_files(place, spec, design, rows, vectors)
    for file in files:
        whole = file.read_bytes()
        file.write_bytes(whole[: CUTS[cut](len(whole))])

    connection = open_milvus(MilvusSettings(), place)
    index = MilvusIndex(connection, spec, vectors.shape[1], design=design)
    assert index.ids().tolist() == [row.clip_id for row in rows]
    hits = [found[0] for found in index.search(vectors[:20], 1)]
    assert [hit.clip_id for hit in hits] == [row.clip_id for row in rows[:20]]
    np.testing.assert_allclose([hit.score for hit in hits], 1, atol=1e-5)
    connection.close()
    assert all(file.stat().st_size > 0 for file in place.rglob("*.idx"))


def test_rows_that_cannot_be_read_are_an_error_and_stay(tmp_path, new_spec, clip_rows, clip_vectors):
    place, spec = tmp_path / "milvus.db", new_spec()
    connection = open_milvus(MilvusSettings(), place)
    _fill(MilvusIndex(connection, spec, 16), clip_rows(50), clip_vectors(50))
    connection.close()
    [rows_file] = place.rglob("*.parquet")
    rows_file.write_bytes(rows_file.read_bytes()[:-10])

    index = MilvusIndex(open_milvus(MilvusSettings(), place), spec, 16)
    with pytest.raises(SearchIndexError, match="vidviz index rebuild"):
        index.ids()
    index.connection.close()
    assert rows_file.exists()


def test_a_file_that_goes_while_its_size_is_read_takes_no_room(tmp_path, monkeypatch):
    folder = tmp_path / "collections" / "ours"
    folder.mkdir(parents=True)
    for name in ("stays", "goes"):
        (folder / name).write_bytes(b"12345")
    look = type(folder).is_file

    def look_and_merge(path, **settings):
        found = look(path, **settings)
        if path.name == "goes":
            path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(type(folder), "is_file", look_and_merge)
    assert count_bytes(tmp_path, "ours") == 5
    assert count_bytes(tmp_path, "none") == 0


def test_only_the_named_collection_loses_its_index_files(tmp_path):
    for collection in ("mine", "other"):
        folder = tmp_path / "collections" / collection / "partitions" / "_default" / "indexes"
        folder.mkdir(parents=True)
        (folder / "data_1.vector.flat.idx").touch()
    assert remove_index_files(tmp_path, "mine") == 1
    assert [path.parts[-5] for path in tmp_path.rglob("*.idx")] == ["other"]
    assert remove_index_files(tmp_path, "never made") == 0


def _write_index_files(place, spec, design, rows, vectors):
    """Fill a collection, and have Lite write its index files: on a busy machine it loads one now and then without."""
    for _ in range(10):
        connection = open_milvus(MilvusSettings(), place)
        index = MilvusIndex(connection, spec, vectors.shape[1], design=design)
        index.drop()
        _fill(index, rows, vectors)
        connection.close()
        if files := list(place.rglob("*.idx")):
            return files
    raise AssertionError("Lite wrote no index file in ten attempts")


def _fill(index, rows, vectors):
    index.prepare()
    index.upsert(rows, vectors)
    index.flush()
    index.reload()
    index.count()
