"""What the film of the network is made of: the clip's own frames and one sheet of channels for each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vidviz.render.sheets import SheetLayout


@dataclass(frozen=True)
class FilmClip:
    """The frames the network saw: a sheet made by `frames_sheet`, kept by the server under `token`."""

    title: str
    token: str
    layout: SheetLayout
    seconds: float

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.layout.num_channels != 1:
            raise ValueError(f"a film's clip needs a length and one tile a frame, got {self.seconds} s, {self.layout}")


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
    """

    name: str
    title: str
    shape: str
    token: str
    layout: SheetLayout
    channels: Sequence[int]
    ranges: Sequence[tuple[float, float]]

    def __post_init__(self) -> None:
        if not (len(self.channels) == len(self.ranges) == self.layout.num_channels):
            raise ValueError(
                f"{self.name}: {len(self.channels)} channels and {len(self.ranges)} ranges "
                f"for a sheet of {self.layout.num_channels}"
            )


@dataclass(frozen=True)
class Picked:
    """A channel that was opened in the film."""

    layer: str
    channel: int


def pack_film(clip: FilmClip, layers: Sequence[FilmLayer]) -> dict[str, Any]:
    """The film as JSON; one step of the clip lasts as long as it did in the video."""
    return {
        "clip": {"title": clip.title, "token": clip.token, "seconds": clip.seconds, **_pack_layout(clip.layout)},
        "steps_per_second": clip.layout.num_frames / clip.seconds,
        "layers": [
            {
                "name": layer.name,
                "title": layer.title,
                "shape": layer.shape,
                "token": layer.token,
                "channels": [int(channel) for channel in layer.channels],
                "ranges": [[float(low), float(high)] for low, high in layer.ranges],
                **_pack_layout(layer.layout),
            }
            for layer in layers
        ],
    }


def read_picked(value: object, layers: Sequence[FilmLayer]) -> Picked | None:
    """A channel from the browser, or None when these layers have no such one."""
    if not isinstance(value, Mapping):
        return None
    for layer in layers:
        if layer.name == value.get("layer") and value.get("channel") in layer.channels:
            return Picked(layer.name, int(value["channel"]))
    return None


def _pack_layout(layout: SheetLayout) -> dict[str, int]:
    return {
        "frames": layout.num_frames,
        "columns": layout.columns,
        "tile_width": layout.tile_width_px,
        "tile_height": layout.tile_height_px,
    }
