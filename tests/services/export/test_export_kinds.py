"""The tables of kinds of files, and what is made from their rows."""

from __future__ import annotations

import io

import click
import numpy as np
import pytest

from vidviz.cli.library_commands import export
from vidviz.errors import UnknownNameError, WorkspaceError
from vidviz.services.export.export_kinds import NPZ, TABLES, TOOLS, VECTORS, TableKind, ToolKind
from vidviz.services.export.export_run import export_bundle, export_clips, pack_clips

EVERY = [*TABLES, *VECTORS, *TOOLS]


@pytest.fixture
def filled(folder, fill):
    fill(folder, np.eye(3, 4, dtype=np.float32))
    return folder


def test_names_are_told_apart_and_every_offer_is_explained():
    assert len(set(EVERY)) == len(EVERY)
    assert NPZ in VECTORS
    offers = [row.offer for row in (*TABLES.values(), *VECTORS.values(), *TOOLS.values()) if row.offer]
    assert all(offer.title and offer.help_text.endswith(".") for offer in offers)
    assert len({offer.title for offer in offers}) == len(offers)


@pytest.mark.parametrize("kind", EVERY)
def test_every_kind_is_written(filled, kind):
    file = io.BytesIO()
    pack_clips(filled, "", kind, file)
    assert file.getvalue()


def test_the_command_takes_every_tool():
    (option,) = [option for option in export.params if "--as" in option.opts]
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == list(TOOLS)


def test_unknown_kinds_offer_the_nearest(filled, tmp_path):
    with pytest.raises(UnknownNameError, match="Nearest: parquet"):
        pack_clips(filled, "", "parqet", io.BytesIO())
    with pytest.raises(UnknownNameError, match="Nearest: fiftyone"):
        export_bundle(filled, tmp_path / "out", "fifty one")


def test_a_further_row_is_written_and_named(filled, tmp_path, monkeypatch):
    monkeypatch.setitem(TABLES, "count", TableKind(lambda table, file: file.write(str(len(table)).encode())))
    monkeypatch.setitem(TOOLS, "other", ToolKind(lambda *_: None, TOOLS["fiftyone"].offer))
    (path,) = export_clips(filled, tmp_path / "clips.count")
    assert path.read_text() == "3"
    with pytest.raises(WorkspaceError, match=r"\.json, .*\.count, \.npz\. .*`--as fiftyone` and `--as other`"):
        export_clips(filled, tmp_path / "clips.xlsx")
