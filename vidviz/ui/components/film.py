"""The film of a network as one typed call: clips and the channels of layers, in lanes on one clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vidviz.ui.components.film_data import FilmLane, Picked, Place, pack_film, read_picked, read_place
from vidviz.ui.components.mount import base_path, component, no_action


def feature_film(
    lanes: Sequence[FilmLane],
    *,
    key: str,
    colour_map: str = "viridis",
    title: str = "Feature maps over time",
    start_frame: int | None = None,
    on_pick: Callable[[], None] | None = None,
) -> Picked | Place | None:
    """Play clips and the channels of their layers on one clock; return what was chosen in it, if anything.

    That is the channel that was opened, or a place on a clip that asks for one.

    A rerun with the same sheets does not restart the film. Lanes without layers stand side by side.

    Args:
        lanes: what is compared, at least one.
        key: the component's key in the session state.
        colour_map: viridis, magma, cividis or gray, until the person chooses another.
        title: what a screen reader says.
        start_frame: where a new film waits; it plays from its beginning when not given.
        on_pick: called before the run that opening a channel starts.
    """
    shown = {"base": base_path(), "title": title, "colour_map": colour_map, "start_frame": start_frame}
    data = pack_film(lanes) | shown
    result = component("feature_film")(key=key, data=data, on_picked_change=on_pick or no_action)
    picked = result.get("picked")
    return read_picked(picked, lanes) or read_place(picked, lanes)
