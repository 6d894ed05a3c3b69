"""Inside: what the layers of a network answer to one clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.errors import MediaError
from vidviz.introspect.maps import FilmSheet, as_film, energy_over_time, feature_film
from vidviz.services import library
from vidviz.services.shared_networks import load_shared, run_until_seen
from vidviz.store.files import replace_file
from vidviz.store.workspace import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.decode.worker import DecodeWorker
    from vidviz.embed.load import LoadedBackbone

KEPT_INSPECTIONS = 6


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


def inspect_clip(
    folder: WorkspaceFolder, clip_id: int, backbone: str, weights: str = "auto", layers: Sequence[str] = ()
) -> Inspection:
    """Show a clip to a network and keep what its layers answer (its stages, where none are named).

    Raises:
        WorkspaceError: no such clip.
        MediaError: its video cannot be read.
        UnknownNameError: no such backbone or layer.
        BackboneError: the weights cannot be had, or memory is short.
    """
    return _inspect(folder.path, clip_id, backbone, weights, tuple(layers))


@lru_cache(maxsize=KEPT_INSPECTIONS)
def _inspect(path: Path, clip_id: int, backbone: str, weights: str, layers: tuple[str, ...]) -> Inspection:
    from vidviz.embed.backbones import find_backbone

    stages = {stage.layer: stage.title for stage in find_backbone(backbone).stages}
    wanted = layers or tuple(stages)
    folder = WorkspaceFolder(path)
    seconds = library.find_clip(folder, clip_id).span.seconds
    frames = read_frames(path, clip_id, backbone, weights)
    loaded = load_shared(backbone, weights, wanted)
    films, skipped = _capture(loaded, frames, wanted)
    shown = tuple(
        InspectedLayer(name, stages.get(name, name), films[name], energy_over_time(films[name]))
        for name in wanted
        if name in films
    )
    return Inspection(clip_id, loaded.backbone.name, loaded.weights, frames, seconds, shown, skipped)


@lru_cache(maxsize=KEPT_INSPECTIONS)
def read_frames(path: Path, clip_id: int, backbone: str, weights: str) -> np.ndarray:
    """The frames of a clip as a backbone sees them, (T, H, W, 3) uint8, read once.

    Raises:
        MediaError: the video cannot be read.
        BackboneError: the weights, which say how large the frames are, cannot be had.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.prepare import prepare_backbone
    from vidviz.services.reading import read_one

    folder = WorkspaceFolder(path)
    clip = library.find_clip(folder, clip_id)
    video = library.find_video(folder, clip.video_id)
    if reason := library.say_changed(video):
        raise MediaError(reason)
    spec = prepare_backbone(find_backbone(backbone), weights).backbone.frames
    return read_one(clip, Path(video.path), spec, _shared_worker())


@lru_cache(maxsize=1)
def _shared_worker() -> DecodeWorker:
    from vidviz.decode.worker import DecodeWorker

    return DecodeWorker(DecodeLimits())


def _capture(
    loaded: LoadedBackbone, frames: np.ndarray, layers: tuple[str, ...]
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Layer -> film (C, T, H, W) float32, and the reasons of those that have none."""
    import torch

    from vidviz.embed.preprocess import frames_to_tensor
    from vidviz.introspect.capture import capture_activations

    clips = frames_to_tensor(loaded.backbone, frames[None], loaded.device, loaded.dtype)
    with loaded.lock, torch.inference_mode(), capture_activations(loaded.model, layers, reduce=_to_host) as found:
        run_until_seen(loaded, clips, layers)
    films: dict[str, np.ndarray] = {}
    skipped = dict(found.skipped)
    for name, activation in found.items():
        try:
            films[name] = _as_film(activation.numpy(), per_frame=loaded.backbone.per_frame)
        except ValueError as error:
            skipped[name] = f"{name} has no picture: {error}."
    return films, skipped


def _to_host(output: Any) -> Any:
    import torch

    return output.to("cpu", torch.float32)


def _as_film(activation: np.ndarray, *, per_frame: bool) -> np.ndarray:
    """(N=1 or T frames, C, ...) -> (C, T, H, W)."""
    if per_frame:
        return as_film(activation, frames_first=True)
    return as_film(activation[0])


def choose_channels(film: np.ndarray, num_channels: int, order: str, scale: str) -> FilmSheet:
    """The channels of a film (C, T, H, W) worth looking at, as bytes; see `vidviz.introspect.maps.feature_film`."""
    return feature_film(film, num_channels=num_channels, order=order, scale=scale)


def summarise_layer(layer: InspectedLayer) -> dict[str, Any]:
    """A layer's answer in numbers: its shape, mean, spread, and channels that are zero throughout."""
    film = layer.film
    return {
        "layer": layer.name,
        "title": layer.title,
        "shape": list(film.shape),
        "mean": float(film.mean()),
        "standard_deviation": float(film.std()),
        "dead": int((film == 0).all(axis=(1, 2, 3)).sum()),
        "energy": [round(float(value), 6) for value in layer.energy],
    }


def save_activations(inspection: Inspection, out: Path) -> None:
    """Write `frames` (T, H, W, 3) uint8 and each layer's film (C, T, H, W) float32 to an .npz file."""
    films = {layer.name: layer.film for layer in inspection.layers}
    with replace_file(out) as file:
        np.savez_compressed(file, **{"frames": inspection.frames, **films})  # type: ignore[arg-type]
