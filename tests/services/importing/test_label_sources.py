from pathlib import Path

import pytest

from vidviz.errors import LabelError
from vidviz.services.importing.found_files import FoundFile
from vidviz.services.importing.label_sources import Labels, folder_label, read_label_table, say_unknown


def file_of(shown):
    return FoundFile(Path("/videos") / shown, shown)


def test_rows_are_found_by_path_name_or_stem(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("\ufeffvideo,label,motion\ncats/tom.mp4,cat,run\ndog,dog,\nbird.mp4, bird ,fly\n", encoding="utf-8")
    table = read_label_table(path)
    assert table.find(file_of("cats/tom.mp4")) == {"label": "cat", "motion": "run"}
    assert table.find(file_of("x/dog.mp4")) == {"label": "dog", "motion": ""}
    assert table.find(file_of("bird.mp4")) == {"label": "bird", "motion": "fly"}
    assert table.find(file_of("fish.mp4")) == {}
    assert list(say_unknown(table)) == []


def test_videos_that_nobody_met_are_told(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("video,label\na.mp4,x\nb.mp4,y\n")
    table = read_label_table(path)
    table.find(file_of("a.mp4"))
    assert list(say_unknown(table)) == ["labels.csv names 1 video not among these files: 'b.mp4'."]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/sh\n", "names no videos"),
        (b"\xff\xfe\x00 binary", "names no videos"),
        (b"\x00\x01\x02", "is not text"),
        (b"", "names no videos"),
        (b"{ damaged", "damaged JSON"),
        (b"some,other\n1,2\n", "names no videos"),
    ],
)
def test_what_is_no_table_is_told_and_not_repeated(tmp_path, content, sentence):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    with pytest.raises(LabelError, match=sentence) as told:
        read_label_table(path)
    assert "root" not in str(told.value)
    assert "Give a table" in str(told.value)


@pytest.mark.parametrize(
    "content",
    [
        b"video,label\nM\xc3\xbcller.mp4,x\n",
        b"Video;Label\nM\xc3\xbcller.mp4;x\n",
        b"FileName\tClass\r\nM\xc3\xbcller.mp4\tx\r\n",
        b"\xef\xbb\xbfpath,category\n./clips/M\xc3\xbcller.mp4,x\n",
        b"video,label\nM\xfcller.mp4,x\n",  # Windows-1252
        "video,label\nMüller.mp4,x\n".encode("utf-16"),
        "video,label\nMu\u0308ller.mp4,x\n".encode(),  # decomposed
        "video,label\nclips\\Müller.mp4,x\n".encode(),
        '[{"id": "Müller", "label": "x", "placeholders": ["a"]}]'.encode(),
        '{"Müller.mp4": "x"}'.encode(),
        '{"Müller.mp4": {"label": "x"}}'.encode(),
        "x/Müller.mp4 1\nrun/b.mp4 2\n".encode(),  # UCF101
        "label,youtube_id,time_start,time_end,split\nx,Müller,3,13,val\n".encode(),  # Kinetics
    ],
)
def test_tables_of_every_usual_kind_give_the_label(tmp_path, content):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    folder = "x" if content.startswith(b"x/") else "clips"
    assert read_label_table(path).find(file_of(f"{folder}/Müller.mp4"))["label"] == "x"


def test_rows_with_folders_find_the_file_wherever_one_stands(tmp_path):
    path = tmp_path / "labels.csv"
    here = tmp_path / "clips/run/a.mp4"
    for name in (str(here), "clips/run/a.mp4", "./clips/run/a.mp4", "run/a.mp4", "a.mp4", "a"):
        path.write_text(f"video,label\n{name},x\n")
        assert read_label_table(path).find(FoundFile(here, "run/a.mp4")) == {"label": "x"}
    path.write_text("video,label\nwalk/a.mp4,x\n")
    assert read_label_table(path).find(FoundFile(here, "run/a.mp4")) == {}


def test_splits_and_cut_clips_are_found(tmp_path):
    split = tmp_path / "brush_hair_test_split1.txt"
    split.write_text("a.avi 1 \nb.avi 2 \nc.avi 0 \n")
    table = read_label_table(split)
    assert table.find(file_of("a.avi")) == {"label": "brush_hair", "split": "train"}
    assert table.find(file_of("b.avi")) == {"label": "brush_hair", "split": "test"}
    assert table.find(file_of("c.avi")) == {}
    kinetics = tmp_path / "k.csv"
    kinetics.write_text("label,youtube_id,time_start,time_end,split\nrun,-0_x,12,22,val\n")
    assert read_label_table(kinetics).find(file_of("-0_x_000012_000022.mp4")) == {"label": "run", "split": "val"}


def test_two_rows_that_disagree_and_two_files_of_one_name_are_told(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("video,label\na.mp4,x\na.mp4,y\nb.mp4,z\nb.mp4,z\n")
    table = read_label_table(path)
    assert table.find(file_of("a.mp4")) == {}
    assert table.notes == ["labels.csv gives 'a.mp4' different labels in several rows; none was taken."]
    assert [table.find(file_of(f"{folder}/b.mp4")) for folder in "pq"] == [{"label": "z"}] * 2
    assert list(Labels(table).tell())[-1] == (
        "labels.csv: several files are called 'b.mp4'; each got the labels of that name."
    )


def test_what_is_missing_or_true_is_written_in_one_way(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("video,label,good\na.mp4,NaN,TRUE\nb.mp4,nan,True\nc.mp4,,\nd.mp4,True story,false\n")
    table = read_label_table(path)
    found = [table.find(file_of(f"{name}.mp4")) for name in "abcd"]
    assert [row["label"] for row in found] == ["", "", "", "True story"]
    assert [row["good"] for row in found] == ["true", "true", "", "false"]


SPANS = ["clip_id", "start_seconds", "end_seconds", "recipe"]


@pytest.mark.parametrize("column", [*SPANS, "cluster", "score", "x", "y", "z", "tags"])
def test_a_column_that_clips_have_themselves_is_taken_under_another_name(tmp_path, column):
    path = tmp_path / "labels.csv"
    path.write_text(f"video,label, {column}\na,b,1\n")
    table = read_label_table(path)
    assert table.find(file_of("a.mp4")) == {"label": "b", f"{column} (label)": "1"}
    assert f"the column {column!r} is called '{column} (label)' here" in table.notes[0]


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(LabelError, match="cannot be read"):
        read_label_table(tmp_path / "no.csv")


def test_the_folder_inside_the_named_one_is_the_label():
    assert folder_label("cats/tom.mp4") == {"label": "cats"}
    assert folder_label("pets/cats/tom.mp4") == {"label": "cats"}
    assert folder_label("tom.mp4") == {}


def test_rows_with_times_are_segments_and_not_labels_of_the_video(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "Video,Start,End,Label,who\na.mp4,0:01,3.5,run,x\na.mp4,1,3.5,jump,x\na.mp4,3,5,rest,\nb.mp4,,,z,\n"
    )
    table = read_label_table(path)
    assert [(one.span, one.labels) for one in table.find_segments(file_of("a.mp4"))] == [
        ((1, 3.5), {"label": "run, jump", "who": "x"}),
        ((3, 5), {"label": "rest", "who": ""}),
    ]
    assert (table.find(file_of("a.mp4")), table.find_segments(file_of("b.mp4"))) == ({}, [])
    assert table.find(file_of("b.mp4")) == {"label": "z", "who": ""}
    assert table.notes == [
        "labels.csv: 1 segment with several labels, which stand side by side.",
        "labels.csv: 1 segment overlapping others; each is a clip.",
    ]
    assert Labels(table).usual_recipe([file_of("b.mp4")]).key == "windows-2-2-keep"
    assert Labels(table).usual_recipe([file_of("b.mp4"), file_of("a.mp4")]).key == "segments"


def test_ava_and_activity_net_are_segments(tmp_path):
    ava = tmp_path / "ava_train_v2.2.csv"
    box = "0.077,0.151,0.283,0.811"
    ava.write_text(f"-5KQ,0902,{box},80,1\n-5KQ,0902,{box},9,1\n-5KQ,0903,{box},80,1\n")
    table = read_label_table(ava)
    assert [(one.span, one.labels) for one in table.find_segments(file_of("-5KQ.mkv"))] == [
        ((900.5, 903.5), {"label": "80, 9"}),
        ((901.5, 904.5), {"label": "80"}),
    ]
    net = tmp_path / "activity_net.v1-3.min.json"
    net.write_text(
        '{"version": "1.3", "taxonomy": [], "database": {"sJG": {"subset": "training", "duration": 9.5, "annotations": '
        '[{"label": "Bathing dog", "segment": [2.5, 9.6]}, {"label": "odd", "segment": [3, 3]}, 7]}, "x": null}}'
    )
    for name in ("sJG.mp4", "v_sJG.mp4"):
        (found,) = read_label_table(net).find_segments(file_of(name))
        assert (found.span, found.labels) == ((2.5, 9.6), {"label": "Bathing dog", "subset": "training"})


def test_the_folder_labels_what_the_table_does_not_name(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("video,label\na.mp4,x\n")
    labels = Labels(read_label_table(path))
    assert labels.of(file_of("run/a.mp4")) == {"label": "x"}
    assert labels.of(file_of("run/b.mp4")) == {"label": "run"}
