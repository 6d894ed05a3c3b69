"""Inside: what the layers of a network answer to one clip."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.errors import BackboneError
from vidviz.introspect.maps import FilmSheet, as_film, energy_over_time, feature_film
from vidviz.services import library
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
    folder = WorkspaceFolder(path)
    clip = library.find_clip(folder, clip_id)
    loaded = load_shared(backbone, weights)
    frames = read_frames(folder, clip_id, loaded)
    wanted = layers or tuple(stage.layer for stage in loaded.backbone.stages)
    titles = {stage.layer: stage.title for stage in loaded.backbone.stages}
    films, skipped = _capture(loaded, frames, wanted)
    shown = tuple(
        InspectedLayer(name, titles.get(name, name), film, energy_over_time(film)) for name, film in films.items()
    )
    return Inspection(clip_id, loaded.backbone.name, loaded.weights, frames, clip.span.seconds, shown, skipped)


def load_shared(backbone: str, weights: str) -> LoadedBackbone:
    """A backbone in float32, loaded once and shared by all sessions; hold its lock while it runs.

    Raises:
        UnknownNameError: no such backbone.
        BackboneError: the weights cannot be had, or memory is short.
    """
    with _loading:
        return _load(backbone, weights)


_loading = threading.Lock()


@lru_cache(maxsize=2)
def _load(backbone: str, weights: str) -> LoadedBackbone:
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.load import load_backbone

    light_layer = find_backbone(backbone).stages[-1].layer
    return load_backbone(backbone, weights, precision="float32", up_to=light_layer)


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Load what the first look inside needs, once, in the background: torch takes seconds."""
    threading.Thread(target=_import_torch, name="warm-up", daemon=True).start()


def _import_torch() -> None:
    import_module("torch")
    import_module("vidviz.embed.embedder")


def read_frames(folder: WorkspaceFolder, clip_id: int, loaded: LoadedBackbone) -> np.ndarray:
    """The frames of a clip as a backbone sees them, (T, H, W, 3) uint8.

    Raises:
        MediaError: the video cannot be read.
    """
    from vidviz.services.reading import read_one

    clip = library.find_clip(folder, clip_id)
    video = library.find_video(folder, clip.video_id)
    return read_one(clip, Path(video.path), loaded.backbone.frames, _shared_worker())


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
        _run_as_far_as_it_goes(loaded, clips)
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


def _run_as_far_as_it_goes(loaded: LoadedBackbone, clips: Any) -> None:
    """A light build holds no numbers past its last stage: the pass ends there."""
    light = any(parameter.is_meta for parameter in loaded.model.parameters())
    try:
        loaded.model(clips)
    except (RuntimeError, NotImplementedError) as error:
        if not light:
            raise BackboneError(f"{loaded.backbone.name} could not run on this clip: {error}.") from error


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
