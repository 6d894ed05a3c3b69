import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.errors import JobError, WorkspaceError
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings


def make(ids, value=1.0):
    return Embeddings(np.array(ids, np.int64), np.full((len(ids), 3), value, np.float32))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 2**53 - 1), max_size=5), max_size=6))
def test_what_is_appended_is_loaded_each_clip_once(tmp_path_factory, batches):
    shards = VectorShards(tmp_path_factory.mktemp("set"))
    for number, ids in enumerate(batches):
        shards.append(make(ids, number))
    first = {}
    for number, ids in enumerate(batches):
        for clip in ids:
            first.setdefault(clip, number)
    loaded = shards.load()
    values = [vector[0] for vector in loaded.vectors.tolist()]
    assert dict(zip(loaded.ids.tolist(), values, strict=True)) == first
    assert set(shards.load_ids().tolist()) == set(first)


def test_vectors_come_in_the_order_in_which_they_were_written(tmp_path):
    shards = VectorShards(tmp_path / "set")
    for ids in ([30, 10], [20, 30], [5, 10, 40]):
        shards.append(make(ids, ids[0]))
    loaded = shards.load()
    assert loaded.ids.tolist() == [30, 10, 20, 5, 40]
    assert loaded.vectors[:, 0].tolist() == [30, 30, 20, 5, 5]


def test_compacting_changes_the_files_and_not_the_content(tmp_path):
    shards = VectorShards(tmp_path / "set")
    for number in range(4):
        shards.append(make([number, number + 10], number))
    before = shards.load()
    shards.compact()
    after = shards.load()
    assert len(list((tmp_path / "set").glob("*.npz"))) == 1
    np.testing.assert_array_equal(before.ids, after.ids)
    np.testing.assert_array_equal(before.vectors, after.vectors)


def test_a_crash_between_compacting_and_clearing_up_counts_no_clip_twice(tmp_path):
    shards = VectorShards(tmp_path / "set")
    shards.append(make([1, 2]))
    shards.append(make([3]))
    shards.append(shards.load())  # what compact writes before it deletes
    assert sorted(shards.load().ids.tolist()) == [1, 2, 3]


def test_the_version_changes_with_the_content(tmp_path):
    shards = VectorShards(tmp_path / "set")
    versions = [shards.version]
    for number in range(3):
        shards.append(make([number]))
        versions.append(shards.version)
    assert len(set(versions)) == 4


def test_a_half_written_file_is_not_seen(tmp_path):
    shards = VectorShards(tmp_path / "set")
    shards.append(make([1]))
    (tmp_path / "set" / ".writing-abc").write_bytes(b"half")
    assert shards.load().ids.tolist() == [1]


def test_a_damaged_shard_is_named(tmp_path):
    shards = VectorShards(tmp_path / "set")
    shards.append(make([1]))
    path = tmp_path / "set" / "00000001.npz"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(WorkspaceError, match=r"00000001\.npz"):
        shards.load()


def test_whichever_byte_of_a_shard_is_another_is_a_sentence_or_nothing(tmp_path):
    shards = VectorShards(tmp_path / "set")
    shards.append(make([1, 2]))
    path = tmp_path / "set" / "00000001.npz"
    whole, told = path.read_bytes(), 0
    for place in range(len(whole)):
        for other in (0x01, 0x08, 0xFF):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ other]) + whole[place + 1 :])
            for read in (shards.load, shards.load_ids):
                try:
                    read()
                except WorkspaceError:
                    told += 1
    assert told > len(whole)


def test_no_second_process_may_write(tmp_path):
    shards = VectorShards(tmp_path / "set")
    attempt = (
        "import sys; from pathlib import Path; from vidviz.store.vectors import VectorShards\n"
        "with VectorShards(Path(sys.argv[1])).writing(): pass"
    )
    command = [sys.executable, "-c", attempt, str(tmp_path / "set")]
    with shards.writing():
        refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode != 0
    assert JobError.__name__ in refused.stderr
    assert subprocess.run(command).returncode == 0


def refuse_memory(*_arguments, **_options):
    raise MemoryError("Unable to allocate 9 GiB")


def test_too_little_memory_is_no_damage(tmp_path, monkeypatch):
    shards = VectorShards(tmp_path)
    shards.append(make([1, 2]))
    monkeypatch.setattr(np, "load", refuse_memory)
    for read in (shards.load, shards.load_ids):
        with pytest.raises(WorkspaceError, match=r"too little memory for the vectors in '00000001\.npz'"):
            read()
    path = tmp_path / "00000001.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content)
    with pytest.raises(WorkspaceError, match="damaged"):  # it claims to hold more than it does
        shards.load()
