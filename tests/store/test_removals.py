"""What is removed takes all with it that hangs on it, and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.errors import WorkspaceError
from vidviz.store import edits, selections
from vidviz.store.catalogue import Catalogue
from vidviz.store.recovery import removals
from vidviz.store.table_sizes import COUNTS

RECIPES = ("windows-2-2-keep", "shots-2-2-keep")
VIDEO = (
    "INSERT INTO video (id, name, path, kept, size_bytes, codec, container, width_px, height_px, rotation_degrees, "
    "frame_rate, variable_rate, num_frames, duration_seconds, first_seconds, has_audio, browser_playable, added_at) "
    "VALUES (?1, ?1 || '.mp4', '/videos/' || ?1, 0, 10, 'h264', 'mp4', 64, 48, 0, 29.97002997002997, 0, 100, "
    "1.0 / 3, 0.1, 0, 1, 1.0)"
)
SET = (
    "INSERT INTO embedding_set (key, backbone, weights, layer, pooling, recipe_key, dimension, precision, created_at) "
    "VALUES (?, 'r3d_18', 'random', 'avgpool', 'mean', ?, 3, 'float32', 1.0)"
)


def make_catalogue(path):
    """Three videos with two clips a recipe, a set a recipe, and something of everything that hangs on them."""
    made = Catalogue(path / "catalogue.db")
    made.create_or_upgrade()
    with made.write() as db:
        for number, video in enumerate("abc"):
            db.execute(VIDEO, (video,))
            db.execute("INSERT INTO source VALUES (?, 'x', 'ok', NULL, ?, 10, 1.0)", (f"/videos/{video}", video))
            db.execute("INSERT INTO label VALUES (?, 'label', ?)", (video, "cat" if video == "a" else "dog"))
            for place in range(4):
                row = (10 * number + place, video, RECIPES[place % 2], place / 3, place / 3 + 1)
                db.execute("INSERT INTO clip VALUES (?, ?, ?, ?, ?)", row)
        db.execute("INSERT INTO source VALUES ('/videos/broken', 'x', 'failed', 'It is empty.', NULL, 0, 1.0)")
        for key, recipe in zip(("one", "two"), RECIPES, strict=True):
            db.execute(SET, (key, recipe))
            db.execute("INSERT INTO clip_failure VALUES (?, ?, 'no frame')", (key, 20))
        edits.make_edit(db, "label", [0, 10, 20], "bird", "label")
        edits.make_edit(db, "tag", [0, 1, 2], "odd")
        selections.add_selection(db, [1, 2, 3])
        db.execute("INSERT INTO label_colour VALUES ('label', 'dog', '#112233')")
        for state in ("done", "running"):
            db.execute(
                "INSERT INTO job (kind, title, arguments, state, created_at) VALUES ('map', 'Map', '{}', ?, 1.0)",
                (state,),
            )
        db.execute("INSERT INTO job_item VALUES (1, 0, '/videos/a', 'a', 'ok', NULL, 'a', 4)")
    return made


@pytest.fixture
def catalogue(tmp_path):
    return make_catalogue(tmp_path)


def content(catalogue):
    """Table -> its rows, of all but the bookkeeping of removals."""
    with catalogue.read() as db:
        return {
            table: sorted(map(tuple, db.execute(f"SELECT * FROM {table}")), key=repr)
            for table in COUNTS
            if table not in ("identity", "removal", "removed_row", "sqlite_sequence")
        }


def chosen_of(catalogue, kind):
    with catalogue.read() as db:
        selection = [row[0] for row in db.execute("SELECT key FROM selection")]
    return {
        "file": ["/videos/broken", "/videos/a"],
        "video": ["a", "b"],
        "clip": [0, 3, 20],
        "recipe": [RECIPES[0]],
        "set": ["two"],
        "label": ["label"],
        "value": [("label", "dog")],
        "selection": selection,
        "job": [1, 2],
    }[kind]


LEFT = {
    "file": {"source": 3, "video": 3},
    "video": {"video": 1, "source": 2, "label": 1, "clip": 4, "clip_label": 1, "clip_tag": 0, "clip_failure": 2},
    "clip": {"video": 3, "clip": 9, "clip_label": 1, "clip_tag": 2, "clip_failure": 0},
    "recipe": {"video": 3, "clip": 6, "clip_label": 0, "clip_tag": 1, "embedding_set": 1, "clip_failure": 0},
    "set": {"clip": 12, "embedding_set": 1, "clip_failure": 1},
    "label": {"label": 0, "clip_label": 0, "label_colour": 0, "clip": 12},
    "value": {"label": 1, "clip_label": 3, "label_colour": 0},
    "selection": {"selection": 0, "clip": 12},
    "job": {"job": 1, "job_item": 0},
}


@pytest.mark.parametrize("kind", LEFT)
def test_all_that_hangs_on_it_goes_and_comes_back(catalogue, kind):
    before, chosen = content(catalogue), chosen_of(catalogue, kind)
    with catalogue.write() as db:
        told = removals.count_taken(db, kind, chosen)
        removal = removals.remove(db, kind, chosen, "those")
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    after = content(catalogue)
    assert {table: len(after[table]) for table in LEFT[kind]} == LEFT[kind]
    assert removal.counts == told
    assert {name: count for name, count in told.items() if name not in ("clip_failure", "edit_clip")} == {
        table: len(before[table]) - len(after[table])
        for table in before
        if len(before[table]) > len(after[table]) and table not in ("clip_failure", "edit_clip")
    }
    assert {row[0] for row in after["gone_clip"]} == {row[0] for row in before["clip"]} - {
        row[0] for row in after["clip"]
    }
    with catalogue.write() as db:
        removals.take_back(db, removals.find_removal(db))
        assert removals.list_removals(db) == []
    assert content(catalogue) == before  # to the last bit: times are no round numbers


def test_nothing_is_no_removal(catalogue):
    with catalogue.write() as db:
        assert removals.remove(db, "video", ["nobody"], "nothing") is None
        assert removals.list_removals(db) == []
        assert db.execute("SELECT count(*) FROM removed_row").fetchone()[0] == 0


def test_jobs_at_work_stay(catalogue):
    with catalogue.write() as db:
        assert removals.remove(db, "job", [2], "the running one") is None


def test_what_hangs_on_a_later_removal_waits_for_it(catalogue):
    with catalogue.write() as db:
        first = removals.remove(db, "clip", [0, 1], "two clips")
        second = removals.remove(db, "video", ["a"], "their video")
    with (
        pytest.raises(WorkspaceError, match=r"'two clips' cannot be taken back.*Take that back first"),
        catalogue.write() as db,
    ):
        removals.take_back(db, first)
    with catalogue.write() as db:
        removals.take_back(db, second)
        removals.take_back(db, first)
        assert db.execute("SELECT count(*) FROM clip").fetchone()[0] == 12


def test_what_came_in_again_meanwhile_stays(catalogue):
    with catalogue.write() as db:
        removal = removals.remove(db, "value", [("label", "cat")], "cats")
        db.execute("INSERT INTO label VALUES ('a', 'label', 'tiger')")
        removals.take_back(db, removal)
        assert db.execute("SELECT value FROM label WHERE video_id = 'a'").fetchall()[0][0] == "tiger"


def test_an_edit_that_is_forgotten_holds_nothing_up(catalogue):
    with catalogue.write() as db:
        removal = removals.remove(db, "clip", [0], "one")
        db.execute("DELETE FROM edit")
        removals.take_back(db, removal)
        assert db.execute("SELECT count(*) FROM clip").fetchone()[0] == 12
        assert db.execute("SELECT value FROM clip_label WHERE clip_id = 0").fetchone()[0] == "bird"


def test_only_rows_of_ours_come_back(catalogue):
    with catalogue.write() as db:
        removal = removals.remove(db, "clip", [0], "one")
        db.execute("UPDATE removed_row SET table_name = 'identity; DROP TABLE clip'")
    with pytest.raises(WorkspaceError, match="never removed"), catalogue.write() as db:
        removals.take_back(db, removal)


def test_old_removals_are_given_up(catalogue):
    with catalogue.write() as db:
        removals.remove(db, "clip", [0], "old")
        removals.remove(db, "clip", [1], "new")
        removals.forget_removals(db, [1])
        assert [removal.title for removal in removals.list_removals(db)] == ["new"]
        assert {row[0] for row in db.execute("SELECT removal_id FROM removed_row")} == {2}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(["file", "video", "clip", "recipe", "set", "label", "value", "selection", "job"]), max_size=6
    )
)
def test_taken_back_in_turn_everything_is_as_before(tmp_path_factory, kinds):
    made = make_catalogue(tmp_path_factory.mktemp("any order"))
    before = content(made)
    for kind in kinds:
        chosen = chosen_of(made, kind)
        with made.write() as db:
            removals.remove(db, kind, chosen, kind)
    while True:
        with made.write() as db:
            if not (last := removals.find_removal(db)):
                break
            removals.take_back(db, last)
    assert content(made) == before
