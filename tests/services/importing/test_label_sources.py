import pytest

from vidviz.errors import LabelError
from vidviz.services.importing.label_sources import folder_label, read_label_table, say_unknown


def test_rows_are_found_by_path_name_or_stem(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("\ufeffvideo,label,motion\ncats/tom.mp4,cat,run\ndog,dog,\nbird.mp4, bird ,fly\n", encoding="utf-8")
    table = read_label_table(path)
    assert table.find("cats/tom.mp4") == {"label": "cat", "motion": "run"}
    assert table.find("x/dog.mp4") == {"label": "dog", "motion": ""}
    assert table.find("bird.mp4") == {"label": "bird", "motion": "fly"}
    assert table.find("fish.mp4") == {}
    assert list(say_unknown(table)) == []


def test_videos_that_nobody_met_are_told(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("video,label\na.mp4,x\nb.mp4,y\n")
    table = read_label_table(path)
    table.find("a.mp4")
    assert list(say_unknown(table)) == ["labels.csv names 1 video not among these files: 'b.mp4'."]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"file,label\na,b\n", "needs a column 'video'"),
        (b"\xff\xfe\x00 binary", "cannot be read"),
        (b"video,clip_id\na,1\n", "must call clip_id something else"),
        (b"", "needs a column 'video'"),
    ],
)
def test_an_unusable_table_is_told(tmp_path, content, sentence):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    with pytest.raises(LabelError, match=sentence):
        read_label_table(path)


SPANS = ["clip_id", "video_id", "start_seconds", "end_seconds", "recipe"]


@pytest.mark.parametrize("column", [*SPANS, "cluster", "score", "x", "y", "z", "tags"])
def test_a_table_cannot_name_a_column_as_ours_are_named(tmp_path, column):
    path = tmp_path / "labels.csv"
    path.write_text(f"video,label, {column}\na,b,1\n")
    with pytest.raises(LabelError, match=f"must call {column} something else"):
        read_label_table(path)


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(LabelError, match="cannot be read"):
        read_label_table(tmp_path / "no.csv")


def test_the_folder_inside_the_named_one_is_the_label():
    assert folder_label("cats/tom.mp4") == {"label": "cats"}
    assert folder_label("pets/cats/tom.mp4") == {"label": "cats"}
    assert folder_label("tom.mp4") == {}
