"""The popover that labels and tags a selection, on a page of its own."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from vidviz.services.library import clip_annotations, contents

HOSTILE = "**bold** <b>x</b> :red[y]"


def page():
    from pathlib import Path

    import streamlit as st

    from vidviz.ui.map.annotate_panel import draw_annotate
    from vidviz.workspace_folder import WorkspaceFolder

    folder = WorkspaceFolder(Path(st.session_state["folder"]))
    draw_annotate(folder, "windows-2-2-keep", st.session_state["selected"])


class Panel:
    """The page as it was drawn, with widgets by their labels."""

    def __init__(self, prepared, selected):
        # AppTest.from_function runs the function's text alone.
        self.app = AppTest.from_function(page, default_timeout=30)
        self.app.session_state["folder"] = str(prepared.folder.path)
        self.app.session_state["selected"] = selected
        self.run()

    def run(self):
        for box in self.app.selectbox:  # AppTest knows no typed values; the browser sends them like the others
            if box.value is not None and box.value not in box.options:
                box.options.append(box.value)
        self.app.run()
        assert [fault.value for fault in self.app.exception] == []
        return self

    def choose(self, label, value):
        next(box for box in self.app.selectbox if box.label == label).set_value(value)
        return self.run()

    def options(self, label):
        return next(box for box in self.app.selectbox if box.label == label).options

    def press(self, label):
        next(button for button in self.app.button if button.label == label).click()
        return self.run()

    @property
    def buttons(self):
        return [button.label for button in self.app.button]

    @property
    def texts(self):
        return [text.value for text in self.app.text]

    @property
    def told(self):
        return [toast.value for toast in self.app.toast]

    @property
    def markdown(self):
        """All that is read as Markdown."""
        kinds = ("markdown", "caption", "error", "toast")
        every = [element.value for kind in kinds for element in self.app.get(kind)]
        return [*every, *self.buttons, *[getattr(button, "help", "") or "" for button in self.app.button]]


@pytest.fixture
def ids(prepared):
    return [*prepared.add_video("a.mp4", "left"), *prepared.add_video("b.mp4", "right", mood="calm")]


def label_of(prepared, clip):
    return contents.know_clip(prepared.folder, clip).label


def test_without_a_selection_the_way_to_one_is_told(prepared, ids):
    panel = Panel(prepared, frozenset())
    assert [caption.value for caption in panel.app.caption] == [
        "Draw a lasso or a box on the map first: labels and tags go to the clips inside."
    ]
    assert (panel.app.selectbox.len, panel.buttons) == (0, [])
    clip_annotations.add_tag(prepared.folder, ids, "seen")
    assert panel.run().buttons == ["Undo"]  # what was done can be undone without one


def test_a_known_label_is_given_and_undone(prepared, ids):
    panel = Panel(prepared, frozenset(ids[:2]))
    assert panel.options("Column") == ["label", "mood"]
    assert panel.options("Value") == ["left", "right"]
    panel.choose("Value", "right").press("Apply")
    assert [label_of(prepared, clip) for clip in ids] == ["right"] * 4
    assert panel.told == ["Labelled 2 clips."]
    assert panel.texts == ["label 'right' on 2 clips"]
    assert panel.buttons[-1] == "Undo"
    panel.press("Undo")
    assert label_of(prepared, ids[0]) == "left"
    assert (panel.told, panel.buttons[-1]) == (["Undone for 2 clips."], "Redo")
    panel.press("Redo")
    assert label_of(prepared, ids[0]) == "right"
    assert panel.told == ["Done again for 2 clips."]
    assert panel.run().told == []  # once


def test_a_new_column_and_a_new_value(prepared, ids):
    panel = Panel(prepared, set(ids[1:]))
    panel.choose("Column", "quality").choose("Value", "good").press("Apply")
    table = contents.clip_table(prepared.folder).set_index("clip_id")
    assert [table.loc[clip, "quality"] for clip in ids] == [None, "good", "good", "good"]
    assert panel.options("Column") == ["label", "mood", "quality"]
    assert panel.options("Value") == ["good"]
    panel.press("No label")
    assert panel.told == ["Label taken away from 3 clips."]


def test_tags_are_added_counted_and_removed(prepared, ids):
    clip_annotations.add_tag(prepared.folder, ids[:1], "first")
    panel = Panel(prepared, set(ids[:3]))
    panel.choose("Tag", "seen").press("Add")
    assert panel.told == ["Tagged 3 clips."]
    assert panel.texts[:2] == ["seen · 3 of 3", "first · 1 of 3"]
    panel.press("Remove")
    assert panel.told == ["Tag removed from 3 clips."]
    assert clip_annotations.list_tags(prepared.folder) == {"first": 1}


def test_what_changes_nothing_says_so(prepared, ids):
    panel = Panel(prepared, set(ids[:2]))
    panel.choose("Value", "left").press("Apply")
    assert "That changes nothing." in [caption.value for caption in panel.app.caption]
    assert panel.told == []


def test_what_cannot_be_kept_says_why(prepared, ids):
    panel = Panel(prepared, set(ids))
    panel.choose("Tag", "a, b").press("Add")
    assert [error.value for error in panel.app.error] == ["That was not kept."]
    assert "A tag holds no comma: commas stand between tags. Add one tag at a time." in panel.texts
    panel.choose("Column", "cluster").choose("Value", "x").press("Apply")
    assert any("a column 'cluster' of their own" in text for text in panel.texts)
    assert clip_annotations.last_edit(prepared.folder) is None


def test_what_was_typed_is_never_markdown(prepared, ids):
    panel = Panel(prepared, set(ids))
    panel.choose("Column", HOSTILE).choose("Value", HOSTILE).press("Apply")
    panel.choose("Tag", HOSTILE).press("Add").press("Undo")
    assert f"tag '{HOSTILE}' on 4 clips" in panel.texts
    assert clip_annotations.last_edit(prepared.folder).value == HOSTILE
    assert not [text for text in panel.markdown if "bold" in text]
    panel.choose("Column", "clip_id **bold**\n").choose("Value", "x\0y **bold**").press("Apply")
    assert not [text for text in panel.markdown if "bold" in text]


def test_many_values_and_many_tags(prepared, ids):
    more = [clip for number in range(60) for clip in prepared.add_video(f"{number}.mp4", f"label {number}", 1)]
    for number, clip in enumerate(more[:40]):
        clip_annotations.add_tag(prepared.folder, [clip], f"tag {number:02}")
    panel = Panel(prepared, set(more))
    assert len(panel.options("Value")) == 62
    assert panel.buttons.count("Remove") == 30
    assert "10 more tags are rarer here. Select fewer clips to see them." in [c.value for c in panel.app.caption]
