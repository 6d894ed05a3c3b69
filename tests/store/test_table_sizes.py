"""Every table is counted."""

from __future__ import annotations

from vidviz.services.library.workspaces import open_workspace
from vidviz.store import table_sizes
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.schema import SCHEMA_VERSION


def test_every_table_of_the_catalogue_is_counted(tmp_path):
    folder = open_workspace(tmp_path / "workspace")
    with write_catalogue(folder) as db:
        db.execute("INSERT INTO job (kind, title, arguments, state, created_at) VALUES ('map', '', '{}', 'done', 0)")
    with read_catalogue(folder) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        counted = table_sizes.count_rows(db)
        assert table_sizes.read_version(db) == SCHEMA_VERSION
    assert counted.keys() == {name for name in tables if not name.startswith("sqlite_")}
    assert (counted["job"], counted["identity"], counted["video"]) == (1, 1, 0)


def test_tables_that_an_older_catalogue_lacks_are_left_out(tmp_path):
    folder = open_workspace(tmp_path / "workspace")
    with write_catalogue(folder) as db:
        db.execute("DROP TABLE selection")
    with read_catalogue(folder) as db:
        assert "selection" not in table_sizes.count_rows(db)
