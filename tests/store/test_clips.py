import pandas as pd
import pytest

from vidviz.errors import WorkspaceError
from vidviz.records import Clip, Video
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clips, videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.types import Span, VideoProbe, clip_id

PROBE = VideoProbe("h264", "mp4", 320, 240, 0, 25.0, False, 100, 4.0, 0.0, False, True)
RECIPE = "windows-2-2-keep"


@pytest.fixture
def folder(tmp_path):
    folder = open_workspace(tmp_path / "w")
    with write_catalogue(folder) as db:
        for name in ("a", "b"):
            videos.add_video(db, Video(name * 64, f"{name}.mp4", f"/videos/{name}.mp4", False, 10, PROBE, None))
            spans = [Span(0.0, 2.0), Span(2.0, 4.0)]
            ids = [clip_id(name * 64, span, RECIPE) for span in spans]
            clips.add_clips(db, [Clip(n, name * 64, RECIPE, s) for n, s in zip(ids, spans, strict=True)])
        videos.set_labels(db, "a" * 64, {"label": "cat", "colour": "red"})
    return folder


def test_the_table_has_a_row_a_clip_and_a_column_a_label(folder):
    table = contents.clip_table(folder)
    assert table["video"].tolist() == ["a.mp4", "a.mp4", "b.mp4", "b.mp4"]
    assert table["start_seconds"].tolist() == [0.0, 2.0, 0.0, 2.0]
    assert table["label"].tolist() == ["cat", "cat", None, None]
    assert table["colour"].tolist() == ["red", "red", None, None]
    assert contents.label_columns(table) == ["label", "colour"]


def test_what_was_read_is_read_anew_after_every_change_and_not_before(folder):
    first = contents.clip_table(folder)
    first["label"] = "spoilt"
    assert contents.clip_table(folder)["label"].tolist() == ["cat", "cat", None, None]
    with write_catalogue(folder) as db:
        videos.set_labels(db, "b" * 64, {"label": "dog"})
    assert contents.clip_table(folder)["label"].tolist() == ["cat", "cat", "dog", "dog"]
    with write_catalogue(folder) as db:
        db.execute("DELETE FROM video WHERE id = ?", ("a" * 64,))
    pd.testing.assert_index_equal(contents.clip_table(folder).index, pd.RangeIndex(2))


def test_two_clips_of_one_number_are_refused(folder):
    with read_catalogue(folder) as db:
        known = clips.list_clips(db, RECIPE, "a" * 64)[0]
    clash = Clip(known.id, "b" * 64, RECIPE, Span(0.5, 2.5))
    with write_catalogue(folder) as db, pytest.raises(WorkspaceError, match="share the number"):
        clips.add_clips(db, [clash])


def test_known_clips_may_be_added_again(folder):
    with write_catalogue(folder) as db:
        known = clips.list_clips(db, RECIPE)
        clips.add_clips(db, known)
        assert clips.count_clips(db) == {RECIPE: 4}
