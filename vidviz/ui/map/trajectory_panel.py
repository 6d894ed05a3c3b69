"""A video's way through the map: a ribbon in time order, and under it the steps from clip to clip with their peaks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vidviz.services.library import label_palette
from vidviz.services.library.contents import KnownClip
from vidviz.services.maps import trajectories
from vidviz.services.maps.trajectories import Trajectory
from vidviz.ui import state
from vidviz.ui.components.map_component import MapPath
from vidviz.ui.components.timeline import Bar, Slot, timeline
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.plain_text import plain
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

FOLLOWED = "follow"
MOST_FOLLOWED = 6
ID_DIGITS = 16  # of a video's 64: enough to tell some thousands apart, and a URL stays short


def followed_videos(folder: WorkspaceFolder, set_key: str, clip: KnownClip | None) -> list[Trajectory]:
    """The ways of the videos that were chosen, else that of the clip at hand."""
    names = trajectories.list_set_videos(folder, set_key)
    asked = (state.recall(FOLLOWED) or "").split(",")[:MOST_FOLLOWED]
    chosen = [number for start in asked for number in names if len(start) == ID_DIGITS and number.startswith(start)]
    if not chosen and clip is not None and clip.video_id in names:
        chosen = [clip.video_id]
    return trajectories.follow_videos(folder, set_key, chosen)


def ribbons_of(folder: WorkspaceFolder, followed: Sequence[Trajectory]) -> list[MapPath]:
    """The ways as ribbons, in the colours that the map has for videos."""
    if not followed:
        return []
    shades = label_palette.label_colours(folder, "video")
    return [MapPath(trajectory.clip_ids, trajectory.video, shades[trajectory.video]) for trajectory in followed]


def draw_trajectories(scene: Scene, followed: Sequence[Trajectory]) -> None:
    """Which videos are followed, and a strip for each."""
    names = trajectories.list_set_videos(scene.folder, scene.chosen.key)
    if not names:
        st.caption("Every video is one clip here, and goes nowhere. Cut videos into shorter clips to follow them.")
        return
    st.session_state["followed videos"] = [trajectory.video_id for trajectory in followed]
    st.multiselect(
        "Videos to follow",
        list(names),
        format_func=lambda number: names.get(number, number),
        max_selections=MOST_FOLLOWED,
        key="followed videos",
        placeholder="Choose a video, or click one of its clips on the map",
        on_change=_keep_choice,
        help="A ribbon joins the clips of each in time order, thin where it begins. It needs two clips or more.",
    )
    for trajectory in followed:
        _draw_steps(trajectory, scene.current)


def _keep_choice() -> None:
    chosen: list[str] = st.session_state["followed videos"]
    state.remember(FOLLOWED, ",".join(number[:ID_DIGITS] for number in chosen) or None)


def _draw_steps(trajectory: Trajectory, current: int | None) -> None:
    peaks = set(trajectory.peaks)
    found = count_of(len(peaks), "peak") if peaks else "no step stands out"
    st.caption(
        f"**{plain(trajectory.video)}**: the cosine distance of each clip to the one before; {found}. Click one to "
        "play it.",
        help="A peak is a cut or a change of scene: a step above the median by 3 robust standard deviations (median "
        f"absolute deviation), here {trajectory.threshold:.3f}, with no larger step beside it.",
    )
    event = timeline(
        trajectory.ends[-1],
        [Slot(*slot) for slot in zip(trajectory.clip_ids, trajectory.starts, trajectory.ends, strict=True)],
        key=f"steps {trajectory.video_id}",
        bars=[
            Bar(trajectory.starts[step + 1], distance, f"{distance:.3f} from the clip before", step in peaks)
            for step, distance in enumerate(trajectory.steps)
        ],
        current=current,
        title=f"Steps of {trajectory.video}",
    )
    if event.clip_id is not None and event.clip_id != current:
        state.choose_clip(event.clip_id)
        st.rerun()
