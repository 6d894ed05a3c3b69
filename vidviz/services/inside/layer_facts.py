"""A network taken apart: its layers with shapes, parameters, share of compute and receptive field; its kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vidviz.errors import BackboneError
from vidviz.log.timing import timed
from vidviz.services.backbones.shared_backbones import load_shared
from vidviz.services.cache import cached
from vidviz.services.inside.clip_input import ClipInput, ReadyInput, outline_of, prepare_input, running
from vidviz.services.inside.film_clock import FilmClock

if TYPE_CHECKING:
    from vidviz.introspect.fields.receptive_field import Box, ReceptiveField
    from vidviz.introspect.kernels import Convolution


@dataclass(frozen=True)
class LayerFacts:
    """One module of a network, in numbers and in words.

    `shape` is the output for one clip in words, e.g. `64 × 16 × 56 × 56`; `field` what one unit of it sees, in numbers
    and as `field_words`.
    """

    name: str
    kind: str
    depth: int
    is_stage: bool
    shape: str
    num_parameters: int
    compute_share: float
    field: ReceptiveField
    field_words: str
    note: str


@dataclass(frozen=True)
class Tube:
    """What one unit sees of a clip.

    Attributes:
        unit: (channel, t, y, x) in the layer's film.
        box: the theoretical receptive field, (start, end) in frames, rows and columns; None where it is not known.
        effective: (T, H, W) float32, how strongly each pixel moves the unit.
        field_words: the theoretical receptive field in words.
        effective_part: how much of `effective` lies within the box, from 0 to 1; 1 where there is no box.
    """

    unit: tuple[int, int, int, int]
    box: Box | None
    effective: np.ndarray
    field_words: str
    effective_part: float
    frames: np.ndarray
    clock: FilmClock


@timed
def list_layers(backbone: str) -> list[LayerFacts]:
    """The stages of a network, then all its modules in execution order.

    Raises:
        UnknownNameError: no such backbone.
        BackboneError: its code cannot be imported.
    """
    return list(_list_layers(backbone))


@cached()
def _list_layers(backbone: str) -> tuple[LayerFacts, ...]:
    from vidviz.embed.backbones import find_backbone
    from vidviz.introspect.fields.receptive_field import receptive_fields
    from vidviz.introspect.tree import layer_tree

    row = find_backbone(backbone)
    model, example = outline_of(row)
    fields = receptive_fields(model, example)
    return tuple(
        LayerFacts(
            layer.name,
            layer.kind,
            layer.depth,
            layer.is_stage,
            " × ".join(map(str, layer.output_shape)) if layer.output_shape else "",
            layer.num_parameters,
            layer.compute_share,
            fields[layer.name],
            _say_field(fields[layer.name], per_frame=row.per_frame),
            layer.note,
        )
        for layer in layer_tree(model, example, [stage.layer for stage in row.stages])
    )


def _say_field(field: ReceptiveField, *, per_frame: bool = False) -> str:
    """A receptive field in words: `3 frames × 7 × 7 px, every 1 × 2 × 2, centre 0 · 0 · 0`, or `global`."""
    if field.sees_everything:
        return "global (its frame)" if per_frame else "global"
    if field.size is None or field.stride is None or field.centre is None:
        return f"not known: {field.reason}"
    frames, rows, columns = field.size
    steps = ("about " if field.steps else "") + " × ".join(map(str, field.stride))
    centre = " · ".join(f"{value:g}" for value in field.centre)
    most = "up to " if field.steps else ""
    return f"{most}{frames} frame{'s' if frames > 1 else ''} × {rows} × {columns} px, every {steps}, centre {centre}"


@timed
def trace_unit(clip_input: ClipInput, layer: str, unit: tuple[int, int, int, int]) -> Tube:
    """What one unit (channel, t, y, x) of a layer sees of a clip, in theory and in effect.

    Raises:
        BackboneError: the layer gives no film, or has no such unit.
    """
    from vidviz.introspect.fields.effective_field import effective_field

    ready = prepare_input(clip_input, (layer,))
    loaded = ready.loaded
    try:
        with running(loaded):
            effective = effective_field(loaded.model, layer, ready.clips(), unit)
    except ValueError as error:
        raise BackboneError(f"{layer} of {loaded.backbone.name} cannot be traced: {error}.") from error
    facts = next(one for one in list_layers(clip_input.backbone) if one.name == layer)
    box = _box_of(facts.field, unit, ready)
    part = 1.0
    if box is not None and effective.sum() > 0:
        part = float(effective[tuple(slice(*ends) for ends in box)].sum() / effective.sum())
    return Tube(unit, box, effective, facts.field_words, part, ready.frames, ready.clock)


def _box_of(field: ReceptiveField, unit: tuple[int, int, int, int], ready: ReadyInput) -> Box | None:
    frames, height, width = ready.frames.shape[:3]
    _, t, y, x = unit
    box = field.box((t, y, x), (frames, height, width))
    if box is not None and ready.loaded.backbone.per_frame and field.sees_everything:
        return (t, t + 1), box[1], box[2]
    return box


def list_kernels(backbone: str) -> list[Convolution]:
    """The convolutions of a network that look at more than one position, first those that read colour."""
    from vidviz.embed.backbones import find_backbone
    from vidviz.introspect.kernels import list_convolutions

    found = [one for one in list_convolutions(outline_of(find_backbone(backbone))[0]) if not one.mixes_only_channels]
    return sorted(found, key=lambda one: not one.reads_colour)


def read_kernels(backbone: str, weights: str, layer: str, channel: int | None = None) -> np.ndarray:
    """The kernels of a convolution as pictures over time: (frames, filters, rows, columns, 3) uint8.

    In colour, with grey for zero, where they read red, green and blue; else what each reads of one `channel`, red for
    positive and blue for negative weights.
    """
    from vidviz.introspect.kernels import colour_kernels, signed_kernels
    from vidviz.introspect.kernels import read_kernels as read_weights
    from vidviz.render.heat import colour_values

    loaded = load_shared(backbone, weights, (layer,))
    kernels = read_weights(loaded.model, layer)
    if channel is None and kernels.shape[1] == 3:
        return colour_kernels(kernels)
    return colour_values(0.5 + 0.5 * signed_kernels(kernels, channel or 0), "diverging")
