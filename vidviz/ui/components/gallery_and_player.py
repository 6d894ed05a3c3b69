"""Gallery and player, each as one typed call; map, film and timeline have files of their own.

They fetch media by id from the routes in `routes.py`. Everything a person typed goes to the browser as text, never as
HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from vidviz.render.colours import OTHER_COLOUR
from vidviz.ui.components.map_events import read_clip_id
from vidviz.ui.components.mount import base_path, component, no_action

MOST_VOTES = 64


@dataclass(frozen=True)
class ShownClip:
    """A clip as a card or the player shows it.

    `video_id` is "" where the browser has nothing to play; then the animated strip is all that moves.
    """

    clip_id: int
    video_id: str
    start_seconds: float
    end_seconds: float
    title: str
    label: str = ""
    colour: str = OTHER_COLOUR
    score: str | None = None
    note: str | None = None


def clip_gallery(
    cards: Sequence[ShownClip],
    *,
    key: str,
    columns: int = 8,
    card_width_px: int = 150,
    current: int | None = None,
    title: str = "Clips",
    on_click: Callable[[], None] | None = None,
    on_vote: Callable[[], None] | None = None,
) -> int | None:
    """Draw cards of clips, which play on hover and focus, and return the clip that was clicked, if any.

    Args:
        cards: in the order shown.
        key: the component's key in the session state.
        columns: at most so many cards a row.
        card_width_px: at least so wide; fewer columns where the page is narrow.
        current: the clip with a ring.
        title: what a screen reader says.
        on_click: called before the run that a click starts; it may call `clicked_clip(key)`.
        on_vote: when given, cards have + and -, and it is called when one is pressed; it may call `voted_clips(key)`.
    """
    data = {
        "base": base_path(),
        "votes": on_vote is not None,
        "cards": [asdict(card) for card in cards],
        "columns": columns,
        "card_width_px": card_width_px,
        "current": current,
        "title": title,
    }
    draw, vote = component("clip_gallery"), on_vote or no_action
    result = draw(key=key, data=data, on_clicked_change=on_click or no_action, on_voted_change=vote)
    return read_clip_id(result.get("clicked"))


def clicked_clip(key: str) -> int | None:
    """The clip just clicked in the gallery with this key, for use in its `on_click`."""
    return read_clip_id((st.session_state.get(key) or {}).get("clicked"))


def voted_clips(key: str) -> list[tuple[int, bool]]:
    """The clips just voted for (True) or against in the gallery with this key, in order, for use in its `on_vote`.

    Of events that come close together Streamlit tells the last alone, so each repeats the votes before it; a vote is
    returned once.
    """
    heard: list[int] = st.session_state.setdefault(f"{key} votes heard", [])
    sent = (st.session_state.get(key) or {}).get("voted")
    new = [vote for vote in read_votes(sent) if vote[0] not in heard]
    st.session_state[f"{key} votes heard"] = [*heard, *(number for number, _, _ in new)][-MOST_VOTES:]
    return [(clip_id, more) for _, clip_id, more in new]


def read_votes(sent: object) -> list[tuple[int, int, bool]]:
    """Votes from the browser: (number, clip, more); what is none is left out."""
    votes = []
    for vote in sent[-MOST_VOTES:] if isinstance(sent, list) else []:
        if isinstance(vote, dict) and isinstance(vote.get("more"), bool):
            number, clip_id = read_clip_id(vote.get("number")), read_clip_id(vote.get("clip_id"))
            if number is not None and clip_id is not None:
                votes.append((number, clip_id, vote["more"]))
    return votes


def clip_player(
    clip: ShownClip, *, key: str, aspect_ratio: float = 16 / 9, height_px: int = 420, frame_rate: float = 25.0
) -> None:
    """Play one clip, muted, looping over exactly its range, with a scrub bar and single steps.

    Args:
        clip: what to play.
        key: the component's key.
        aspect_ratio: width / height of the video, so that nothing jumps when it appears.
        height_px: at most so high.
        frame_rate: frames per second of the video, for single steps.
    """
    data = {
        "base": base_path(),
        "clip": asdict(clip),
        "aspect_ratio": aspect_ratio,
        "height_px": height_px,
        "frame_rate": frame_rate if frame_rate > 0 else 25.0,
    }
    component("clip_player")(key=key, data=data)
