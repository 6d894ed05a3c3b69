from __future__ import annotations

import re

from vidviz.ui.components.shelf import ByteShelf, Shelf, name_content


def test_the_shelf_names_by_content_and_lets_the_oldest_go():
    shelf = ByteShelf(most_bytes=10)
    first, second = shelf.put(b"aaaa"), shelf.put(b"bbbb")
    assert first == shelf.put(b"aaaa")
    assert re.fullmatch("[0-9a-f]{32}", first)
    third = shelf.put(b"cccc")
    assert shelf.get(second) is None
    assert (shelf.get(first), shelf.get(third)) == (b"aaaa", b"cccc")
    large = shelf.put(b"d" * 50)
    assert shelf.get(large) == b"d" * 50


def test_a_shelf_of_things_keeps_the_first_under_a_token_and_counts_it_once():
    shelf: Shelf[list[int]] = Shelf(most_bytes=10)
    first = [1]
    shelf.keep("a", first, 6)
    shelf.keep("a", [2], 6)
    assert shelf.get("a") is first
    shelf.keep("b", [3], 6)
    assert shelf.get("a") is None
    assert shelf.get("b") == [3]


def test_what_was_asked_for_last_stays_longest():
    shelf: Shelf[str] = Shelf(most_bytes=10)
    for token in ("a", "b"):
        shelf.keep(token, token, 5)
    assert shelf.get("a") == "a"
    shelf.keep("c", "c", 5)
    assert [shelf.get(token) for token in ("a", "b", "c")] == ["a", None, "c"]


def test_parts_of_a_content_do_not_run_together():
    assert name_content(b"ab", b"c") != name_content(b"a", b"bc")
    assert name_content(b"ab", b"c") == name_content(b"ab", b"c")


def test_what_is_looked_at_again_outlives_what_came_later():
    shelf = ByteShelf(most_bytes=10)
    first, second = shelf.put(b"aaaa"), shelf.put(b"bbbb")
    assert shelf.get(first) == b"aaaa"
    shelf.put(b"cccc")
    assert shelf.get(second) is None
    assert shelf.get(first) == b"aaaa"
