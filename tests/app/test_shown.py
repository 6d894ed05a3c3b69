"""What the fixtures of this folder tell when a page breaks, or when they are asked wrongly."""

from __future__ import annotations

import pytest

from vidviz.services.library import contents


def test_a_page_that_breaks_tells_what_broke_and_where(prepared, show, monkeypatch):
    prepared.fill()

    def broken(*_args: object) -> None:
        raise KeyError("no such column")

    monkeypatch.setattr(contents, "label_columns", broken)
    with pytest.raises(AssertionError, match=r"KeyError: 'no such column' \(File .*test_shown\.py"):
        show("map", {"map projection": "PCA"})


def test_a_name_with_an_underscore_is_none_of_the_urls(prepared, show):
    with pytest.raises(AssertionError, match="map_projection"):
        show("map", map_projection="PCA")
