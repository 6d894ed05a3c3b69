"""Inside: what the layers of a network answer to one clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.introspect.feature_films import energy_over_time
from vidviz.log.timing import timed
from vidviz.services.backbones.shared_backbones import run_until_seen
from vidviz.services.cache import cached
from vidviz.services.inside.clip_input import ClipInput, prepare_input
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.services.inside.clip_input import ReadyInput


@dataclass(frozen=True)
class InspectedLayer:
    """One layer's answer: `film` (C, T, H, W) float32, `energy` (T,)."""

    name: str
    title: str
    film: np.ndarray
    energy: np.ndarray


@dataclass(frozen=True)
class Inspection:
    """A clip as a network saw it: `frames` (T, H, W, 3) uint8, then its layers in the order asked for.

    `skipped` says of each layer that cannot be shown why not.
    """

    clip_id: int
    backbone: str
    weights: str
    frames: np.ndarray
    seconds: float
    layers: tuple[InspectedLayer, ...]
    skipped: dict[str, str]

    def layer(self, name: str) -> InspectedLayer | None:
        """The layer of this name, where it is shown."""
        return next((layer for layer in self.layers if layer.name == name), None)


@timed
def inspect_clip(
    folder: WorkspaceFolder,
    clip_id: int,
    backbone: str,
    weights: str = "auto",
    layers: Sequence[str] = (),
    *,
    backwards: bool = False,
) -> Inspection:
    """Show a clip to a network and keep what its layers answer (its stages, where none are named).

    Args:
        folder: the workspace.
        clip_id: which clip.
        backbone: which network.
        weights: which weights.
        layers: dotted paths; the stages where none are named.
        backwards: show the frames in reverse order.

    Raises:
        WorkspaceError: no such clip.
        MediaError: its video cannot be read.
        UnknownNameError: no such backbone or layer.
        BackboneError: the weights cannot be had, or memory is short.
    """
    return _inspect(ClipInput(folder.path, clip_id, backbone, weights, backwards), tuple(layers))


@cached()
def _inspect(clip_input: ClipInput, layers: tuple[str, ...]) -> Inspection:
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.prepare import prepare_backbone

    # As the weights describe it: a checkpoint may have fewer blocks than the registered network, or more.
    described = prepare_backbone(find_backbone(clip_input.backbone), clip_input.weights).backbone
    stages = {stage.layer: stage.title for stage in described.stages}
    wanted = layers or tuple(stages)
    ready = prepare_input(clip_input, wanted)
    films, skipped = _capture(ready, wanted)
    shown = tuple(
        InspectedLayer(name, stages.get(name, name), films[name], energy_over_time(films[name]))
        for name in wanted
        if name in films
    )
    loaded = ready.loaded
    return Inspection(
        clip_input.clip_id, loaded.backbone.name, loaded.weights, ready.frames, ready.seconds, shown, skipped
    )


def _capture(ready: ReadyInput, layers: tuple[str, ...]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Layer -> film (C, T, H, W) float32, and the reasons of those that have none."""
    import torch

    from vidviz.introspect.capture import capture_activations
    from vidviz.introspect.film_layout import lay_out

    loaded = ready.loaded
    with loaded.lock, torch.inference_mode(), capture_activations(loaded.model, layers, reduce=_to_host) as found:
        run_until_seen(loaded, ready.clips(), layers)
    films: dict[str, np.ndarray] = {}
    skipped = dict(found.skipped)
    for name, activation in found.items():
        try:
            films[name] = lay_out(activation.numpy(), ready.grid)
        except ValueError as error:
            skipped[name] = f"{name} has no picture: {error}."
    return films, skipped


def _to_host(output: Any) -> Any:
    import torch

    return output.to("cpu", torch.float32)


def summarise_layer(layer: InspectedLayer) -> dict[str, Any]:
    """A layer's answer in numbers: its shape, mean, spread, norm, share of zeros and channels that are zero throughout.

    `norm` is the root mean square over all its values.
    """
    film = layer.film
    return {
        "layer": layer.name,
        "title": layer.title,
        "shape": list(film.shape),
        "mean": float(film.mean()),
        "standard_deviation": float(film.std()),
        "norm": float(np.sqrt(np.square(film, dtype=np.float64).mean())),
        "sparsity": float((film == 0).mean()),
        "dead": int((film == 0).all(axis=(1, 2, 3)).sum()),
        "energy": [round(float(value), 6) for value in layer.energy],
    }


def activation_arrays(inspection: Inspection) -> dict[str, np.ndarray]:
    """`frames` (T, H, W, 3) uint8 and each layer's film (C, T, H, W) float32, by name: what an .npz file holds."""
    return {"frames": inspection.frames, **{layer.name: layer.film for layer in inspection.layers}}
