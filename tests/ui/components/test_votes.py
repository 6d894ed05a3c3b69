"""Votes and values of the URL when two events come close together: neither loses what the other said."""

from __future__ import annotations

import json

import pytest
import streamlit as st

from vidviz.services.search.queries import read_query
from vidviz.ui import state
from vidviz.ui.components import gallery_and_player
from vidviz.ui.search.query_state import vote

KEY = "gallery"


@pytest.fixture
def session(monkeypatch):
    """A session's state and the query of its address, as the browser last sent it."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {})
    return st.session_state, st.query_params


def say(*votes: tuple[int, int, bool]) -> None:
    told = [{"number": number, "clip_id": clip_id, "more": more} for number, clip_id, more in votes]
    st.session_state[KEY] = {"voted": told}
    vote(KEY)


def tray() -> dict[int, float]:
    return {one.clip_id: one.weight for one in read_query(state.recall("query") or "").examples}


def test_two_votes_of_which_the_server_hears_one_event_both_count(session):
    say((1, 5, True), (2, 6, False))
    assert tray() == {5: 1.0, 6: -0.5}


def test_votes_that_are_told_again_count_once(session):
    say((1, 5, True))
    say((1, 5, True), (2, 6, True))
    assert tray() == {5: 1.0, 6: 1.0}
    say((1, 5, True), (2, 6, True), (3, 5, True))  # the same vote again takes it off
    assert tray() == {6: 1.0}


def test_a_second_event_that_brings_the_old_address_loses_nothing(session):
    _, address = session
    say((1, 5, True))
    old = dict(address)
    say((2, 6, True))
    address |= old  # sent before the browser heard of the new address
    say((3, 7, False))
    assert tray() == {5: 1.0, 6: 1.0, 7: -0.5}
    assert json.loads(address["query"])["clips"] == [[5, 1.0], [6, 1.0], [7, -0.5]]


def test_an_address_that_a_person_goes_back_to_counts(session, monkeypatch):
    _, address = session
    say((1, 5, True))
    old = dict(address)
    say((2, 6, True))
    monkeypatch.setattr(state, "STALE_SECONDS", 0.0)
    address |= old
    assert tray() == {5: 1.0}


@pytest.mark.parametrize("said", [None, {}, "x", [1], [{"number": 1, "clip_id": -5, "more": True}], [{"clip_id": 5}]])
def test_what_is_no_vote_is_none(said):
    assert gallery_and_player.read_votes(said) == []
