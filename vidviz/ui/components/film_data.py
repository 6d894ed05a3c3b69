"""What the film of the network is made of: the clip's own frames and one sheet of channels for each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vidviz.render.colour_maps import COLOUR_MAPS
from vidviz.render.colours import LINE_COLOURS
from vidviz.render.sheets import SheetLayout


@dataclass(frozen=True)
class FilmClip:
    """The frames the network saw: a sheet made by `frames_sheet`, kept by the server under `token`.

    Attributes:
        title: over the picture.
        token: of the sheet.
        layout: of the sheet.
        seconds: how long the T frames last, in equal steps.
        note: a line below the picture.
        choosing: what a click does, where a place on the frame can be chosen.
        times: (T,) which moment of its video each frame shows, in seconds.
        offset: when the first frame is shown, in seconds on the clock that all lanes share.
    """

    title: str
    token: str
    layout: SheetLayout
    seconds: float
    note: str = ""
    choosing: str = ""
    times: Sequence[float] = ()
    offset: float = 0.0

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.layout.num_channels != 1:
            raise ValueError(f"a film's clip needs a length and one tile a frame, got {self.seconds} s, {self.layout}")
        if len(self.times) != self.layout.num_frames:
            raise ValueError(f"{len(self.times)} times for {self.layout.num_frames} frames")


@dataclass(frozen=True)
class FilmLayer:
    """What one layer saw: a sheet made by `film_sheet`, kept by the server under `token`.

    Attributes:
        name: the layer's name in the network.
        title: how it is called on screen.
        shape: the shape of its output in words, e.g. `64 × 8 × 56 × 56`.
        token: of the sheet.
        layout: of the sheet.
        channels: K numbers of the channels shown, in the order of the tiles.
        ranges: K pairs, the values that the bytes 0 and 255 stand for.
        step: a tile shows every so many-th row and column of the map.
        centres: (t,) where each of its time steps stands, in frames of the clip; the nearest one is drawn over a frame.
        energy: (t,) how strongly the layer answers at each; empty where that is not shown.
        peak: the step with most energy; None where it is flat.
        note: what else is to be known of it, e.g. that it sees the whole clip.
    """

    name: str
    title: str
    shape: str
    token: str
    layout: SheetLayout
    channels: Sequence[int]
    ranges: Sequence[tuple[float, float]]
    centres: Sequence[float]
    step: int = 1
    energy: Sequence[float] = ()
    peak: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not (len(self.channels) == len(self.ranges) == self.layout.num_channels):
            raise ValueError(
                f"{self.name}: {len(self.channels)} channels and {len(self.ranges)} ranges "
                f"for a sheet of {self.layout.num_channels}"
            )
        if len(self.centres) != self.layout.num_frames:
            raise ValueError(f"{self.name}: {len(self.centres)} centres for {self.layout.num_frames} steps")


@dataclass(frozen=True)
class FilmLane:
    """A clip and the layers of one network that saw it."""

    clip: FilmClip
    layers: Sequence[FilmLayer] = ()


@dataclass(frozen=True)
class Picked:
    """A channel that was opened in the film, and the unit of it that was clicked: (t, y, x), or None."""

    layer: str
    channel: int
    unit: tuple[int, int, int] | None = None
    lane: int = 0


@dataclass(frozen=True)
class Place:
    """A place on a clip that was chosen: the frame, and the row and column of its sheet's tile."""

    lane: int
    frame: int
    y: int
    x: int


def pack_film(lanes: Sequence[FilmLane]) -> dict[str, Any]:
    """The film as JSON, with the colours it is drawn in; one step of the longest clip lasts as long as in the video.

    Raises:
        ValueError: there are no lanes.
    """
    if not lanes:
        raise ValueError("a film needs a lane")
    longest = max(lanes, key=lambda lane: lane.clip.layout.num_frames).clip
    return {
        "colour_maps": COLOUR_MAPS,
        "line_colours": LINE_COLOURS,
        "steps_per_second": longest.layout.num_frames / longest.seconds,
        "lanes": [
            {"clip": _pack_clip(lane.clip), "layers": [_pack_layer(layer) for layer in lane.layers]} for lane in lanes
        ],
    }


def _pack_clip(clip: FilmClip) -> dict[str, Any]:
    return {
        "title": clip.title,
        "token": clip.token,
        "seconds": clip.seconds,
        "note": clip.note,
        "choosing": clip.choosing,
        "times": [round(float(value), 4) for value in clip.times],
        "offset": float(clip.offset),
        **_pack_layout(clip.layout),
    }


def _pack_layer(layer: FilmLayer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "title": layer.title,
        "shape": layer.shape,
        "token": layer.token,
        "channels": [int(channel) for channel in layer.channels],
        "ranges": [[float(low), float(high)] for low, high in layer.ranges],
        "step": layer.step,
        "centres": [float(value) for value in layer.centres],
        "energy": [float(value) for value in layer.energy],
        "peak": layer.peak,
        "note": layer.note,
        **_pack_layout(layer.layout),
    }


def read_picked(value: object, lanes: Sequence[FilmLane]) -> Picked | None:
    """A channel from the browser, or None when these lanes have no such one."""
    if not isinstance(value, Mapping):
        return None
    place = value.get("lane", 0)
    if not isinstance(place, int) or not 0 <= place < len(lanes):
        return None
    for layer in lanes[place].layers:
        if layer.name == value.get("layer") and value.get("channel") in layer.channels:
            return Picked(layer.name, int(value["channel"]), _read_unit(value, layer), place)
    return None


def read_place(value: object, lanes: Sequence[FilmLane]) -> Place | None:
    """A place on a clip from the browser, or None when these lanes have no such one, or ask for none."""
    if not isinstance(value, Mapping):
        return None
    lane, t, y, x = (value.get(name) for name in ("lane", "t", "y", "x"))
    if not (isinstance(lane, int) and isinstance(t, int) and isinstance(y, int) and isinstance(x, int)):
        return None
    if not 0 <= lane < len(lanes) or not lanes[lane].clip.choosing:
        return None
    layout = lanes[lane].clip.layout
    inside = 0 <= t < layout.num_frames and 0 <= y < layout.tile_height_px and 0 <= x < layout.tile_width_px
    return Place(lane, t, y, x) if inside else None


def _read_unit(value: Mapping[Any, Any], layer: FilmLayer) -> tuple[int, int, int] | None:
    t, y, x = (value.get(name) for name in "tyx")
    if not (isinstance(t, int) and isinstance(y, int) and isinstance(x, int)):
        return None
    layout = layer.layout
    inside = 0 <= t < layout.num_frames and 0 <= y < layout.tile_height_px * layer.step
    return (t, y, x) if inside and 0 <= x < layout.tile_width_px * layer.step else None


def _pack_layout(layout: SheetLayout) -> dict[str, int]:
    return {
        "frames": layout.num_frames,
        "columns": layout.columns,
        "tile_width": layout.tile_width_px,
        "tile_height": layout.tile_height_px,
    }
