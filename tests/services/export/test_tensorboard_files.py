"""TensorBoard's files: rows stay in step whatever the names, vectors come back, and the sprite is one square."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vidviz.errors import WorkspaceError
from vidviz.services.export import export_run, tensorboard_files
from vidviz.services.export.chosen_clips import take_clips
from vidviz.services.export.tensorboard_files import escape_field, metadata_lines

HOSTILE = ["a\tb\nc", None, '=cmd|"x"', "<b>\r\u2028", "x" * 10_000, "back\\slash", "  "]


def read_zip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read_metadata(text: str) -> list[list[str]]:
    """As the projector reads it: by lines, those of white space alone left out, then by tabs."""
    return [line.split("\t") for line in text.split("\n") if line.strip()]


@pytest.fixture
def clips(folder, fill):
    made = np.random.default_rng(0).normal(size=(len(HOSTILE), 3)).astype(np.float32)
    made[0] = [1e-38, -0.0, 3.4e38]
    return dict(zip(fill(folder, made, HOSTILE), made, strict=True))


def pack(folder, wanted=None) -> dict[str, bytes]:
    buffer = io.BytesIO()
    export_run.pack_clips(folder, "r3d_18", "tensorboard", buffer, wanted)
    return read_zip(buffer.getvalue())


def test_vectors_and_metadata_are_in_step_and_come_back_exactly(folder, clips):
    files = pack(folder)
    vectors = np.loadtxt(io.BytesIO(files["tensors.tsv"]), delimiter="\t", dtype=np.float32)
    header, *rows = read_metadata(files["metadata.tsv"].decode())
    assert header == ["label", "video", "start_seconds", "end_seconds", "clip_id"]
    assert len(rows) == len(vectors) == len(clips)
    for row, vector in zip(rows, vectors, strict=True):
        assert len(row) == len(header)
        assert np.array_equal(vector, clips[int(row[-1])])
    assert b"tensor_shape: 7\n  tensor_shape: 3\n" in files["projector_config.pbtxt"]
    assert b"never trained" in files["README.txt"]


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=8))
def test_any_text_stays_on_its_line_and_can_be_read_back(pairs):
    first, second = zip(*pairs, strict=True)
    lines = metadata_lines({"a": first, "b": second, "id": list(range(len(pairs)))})
    header, *rows = read_metadata("\n".join(lines))
    assert header == ["a", "b", "id"]
    assert [row[2] for row in rows] == [str(i) for i in range(len(pairs))]
    assert [row[:2] for row in rows] == [[escape_field(a), escape_field(b)] for a, b in pairs]
    assert "\n".join(lines).splitlines() == lines


@given(st.text())
def test_escaping_loses_nothing(text):
    assert escape_field(text).encode("latin-1", "backslashreplace").decode("unicode_escape") == text


def test_one_column_has_no_header_and_no_empty_line():
    assert metadata_lines({"label": ["a", None, " ", "b\n"]}) == ["a", "-", "-", "b\\n"]
    assert metadata_lines({"label": ["a"], "id": [1]}) == ["label\tid", "a\t1"]


def test_posters_lie_row_by_row_in_a_square(folder, clips):
    table = take_clips(folder, "r3d_18").ids.tolist()
    for place, number in enumerate(table[:-1]):
        Image.new("RGB", (32, 32), (40 * place, 0, 0)).save(folder.poster(number), "WEBP", lossless=True)
    folder.poster(table[-1]).write_bytes(b"no picture")
    files = pack(folder)
    with Image.open(io.BytesIO(files["sprite.png"])) as sprite:
        assert sprite.size == (3 * 64, 3 * 64)
        seen = [sprite.getpixel((place % 3 * 64 + 32, place // 3 * 64 + 32))[0] for place in range(7)]
    assert seen == [*range(0, 240, 40), 0]
    assert (
        b'image_path: "sprite.png"\n    single_image_dim: 64\n    single_image_dim: 64\n'
        in (files["projector_config.pbtxt"])
    )


@pytest.mark.parametrize(("most", "sentence"), [(16384, b"no posters"), (6, b"7 posters do not fit (at most 6)")])
def test_without_a_sprite_the_read_me_says_why(folder, clips, monkeypatch, most, sentence):
    monkeypatch.setattr(tensorboard_files, "MOST_TILES", most)
    files = pack(folder)
    assert "sprite.png" not in files
    assert b"sprite" not in files["projector_config.pbtxt"]
    assert sentence in files["README.txt"]


def test_the_largest_sprite_is_one_that_the_projector_takes():
    columns = int(np.ceil(np.sqrt(tensorboard_files.MOST_TILES)))
    assert columns * tensorboard_files.TILE_PX <= 8192


def test_a_selection_alone_a_folder_and_a_zip(folder, clips, tmp_path):
    chosen = list(clips)[:2]
    files = pack(folder, [*chosen, 12345])
    assert {int(row[-1]) for row in read_metadata(files["metadata.tsv"].decode())[1:]} == set(chosen)
    with pytest.raises(WorkspaceError, match="nothing to take away"):
        pack(folder, [])
    export_run.export_bundle(folder, tmp_path / "deep" / "out", "tensorboard")
    export_run.export_bundle(folder, tmp_path / "out.zip", "tensorboard")
    whole = {path.name: path.read_bytes() for path in (tmp_path / "deep" / "out").iterdir()}
    assert whole == read_zip((tmp_path / "out.zip").read_bytes()) == pack(folder)
    with pytest.raises(WorkspaceError, match="is a file"):
        export_run.export_bundle(folder, tmp_path / "deep" / "out" / "README.txt", "tensorboard")
    with pytest.raises(WorkspaceError, match="does not exist"):
        export_run.export_bundle(folder, tmp_path / "no" / "out.zip", "fiftyone")
