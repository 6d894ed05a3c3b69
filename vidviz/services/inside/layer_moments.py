"""Where the steps of a layer stand among the frames that a network was fed: the one place that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.fields.step_moments import even_centres, nearest_steps
from vidviz.services.cache import get_or_compute
from vidviz.services.inside.clip_input import ReadyInput, running

if TYPE_CHECKING:
    from vidviz.introspect.fields.receptive_field import ReceptiveField


@dataclass(frozen=True)
class LayerMoments:
    """Where each step of a layer stands, and how much of the clip it sees.

    Attributes:
        centres: (t,) frames, the first is 0; halves lie between two. A step stands where its windows are centred, as
            if the clip went on beyond its ends: step k of a convolution with stride 2 and padding at 2k, a tubelet of
            two frames in its middle, a step of SlowFast's slow pathway at the frame that was picked for it.
        sees_whole: whether each step sees all frames: then it tells what, and hardly when.
        measured: the centres were measured by gradients, since arithmetic does not follow the network's code; see
            `vidviz.introspect.fields.measured_moments`.
    """

    centres: tuple[float, ...]
    sees_whole: bool
    measured: bool = False

    def over_frames(self, num_frames: int) -> np.ndarray:
        """The step that is drawn over each of the frames, (T,): the nearest."""
        return nearest_steps(self.centres, num_frames)


def find_moments(ready: ReadyInput, layer: str, num_steps: int) -> LayerMoments:
    """Where the steps of a layer's film stand, worked out once for a network.

    Args:
        ready: the network and what it was fed.
        layer: dotted path; `relu_1` is the second call of `relu`.
        num_steps: of its film.
    """
    num_frames = len(ready.frames)
    loaded = ready.loaded
    if loaded.backbone.per_frame and num_steps == num_frames:
        return LayerMoments(tuple(float(frame) for frame in range(num_frames)), sees_whole=False)
    fields = _fields_of(ready)
    field = fields.get(layer) or fields.get(layer.rpartition("_")[0])
    moments = field.moments if field is not None else None
    if field is None or moments is None or len(moments.centres) != num_steps:
        return _measure(ready, layer, num_steps)
    reach = all(
        first <= 0 and last >= num_frames - 1 for first, last in zip(moments.firsts, moments.lasts, strict=True)
    )
    return LayerMoments(moments.centres, sees_whole=field.sees_everything or reach)


def _fields_of(ready: ReadyInput) -> dict[str, ReceptiveField]:
    from vidviz.introspect.fields.receptive_field import receptive_fields
    from vidviz.introspect.outline_copy import copy_without_numbers

    loaded = ready.loaded

    def follow() -> dict[str, ReceptiveField]:
        with loaded.lock:
            outline = copy_without_numbers(loaded.model)
        return receptive_fields(outline, ready.clips().to("meta"))

    return get_or_compute("inside.layer_moments.fields", _key(ready), follow)


def _key(ready: ReadyInput) -> tuple[Any, ...]:
    loaded = ready.loaded
    # A light build has fewer modules.
    size = sum(1 for _ in loaded.model.modules())
    return loaded.backbone.name, loaded.weights, len(ready.frames), size


def _measure(ready: ReadyInput, layer: str, num_steps: int) -> LayerMoments:
    from vidviz.introspect.fields.measured_moments import measure_centres

    loaded = ready.loaded
    even = even_centres(num_steps, len(ready.frames))

    def measure() -> tuple[float, ...]:
        try:
            with running(loaded):
                return measure_centres(loaded.model, layer, ready.clips(), ready.grid)
        except (BackboneError, ValueError):
            # A second call of a module, say, or too little memory for gradients.
            return even

    if num_steps == 1:
        return LayerMoments(even, sees_whole=True, measured=True)
    centres = get_or_compute("inside.layer_moments.measured", (*_key(ready), layer), measure)
    return LayerMoments(centres if len(centres) == num_steps else even, sees_whole=False, measured=True)
