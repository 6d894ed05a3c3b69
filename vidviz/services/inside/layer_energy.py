"""How strongly layers answer at each of their steps, without what padding and positions do to a clip that stands still.

A convolution that is padded in time answers to the zeros beyond the clip's ends, a transformer to the numbers of its
positions: of a clip in which nothing moves their layers have peaks all the same, which are no peaks of the clip. What a
layer answers to the clip's mean picture, held still as long, shows them; that is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vidviz.introspect.capture import capture_activations
from vidviz.introspect.feature_films import energy_over_time
from vidviz.introspect.film_layout import lay_out
from vidviz.services.backbones.shared_backbones import run_until_seen
from vidviz.services.inside.clip_input import ReadyInput

FLAT_PART = 0.05
"""Energy that rises and falls by no more than this part of its largest is flat: so much may be left of padding."""


def capture_films(
    ready: ReadyInput, layers: Sequence[str], frames: np.ndarray | None = None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Layer -> film (C, t, H, W) float32, of these frames or the clip's own, and the reasons of those without one."""
    import torch

    loaded = ready.loaded
    with loaded.lock, torch.inference_mode(), capture_activations(loaded.model, layers, reduce=_to_host) as found:
        run_until_seen(loaded, ready.clips(frames), tuple(layers))
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


def corrected_energy(ready: ReadyInput, films: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Layer -> energy (t,) float32: the root mean square, less what a step has more than others of a still clip.

    Networks that see frames one by one have nothing to take away; others run once more.
    """
    energies = {name: energy_over_time(film) for name, film in films.items()}
    moving = [name for name, energy in energies.items() if len(energy) > 1]
    if ready.loaded.backbone.per_frame or not moving:
        return energies
    still, _ = capture_films(ready, moving, hold_still(ready.frames))
    for name, film in still.items():
        alone = energy_over_time(film)
        energies[name] = np.maximum(energies[name] - (alone - alone.mean()), 0)
    return energies


def hold_still(frames: np.ndarray) -> np.ndarray:
    """The mean picture of frames (T, H, W, 3) uint8, as many times."""
    total = np.zeros(frames.shape[1:], np.float64)
    for frame in frames:
        total += frame
    return np.repeat(np.rint(total / len(frames)).astype(np.uint8)[None], len(frames), axis=0)


def find_peak(energy: np.ndarray) -> int | None:
    """The step with most energy; None where it is flat, or there is one step."""
    most = float(energy.max(initial=0))
    return None if most - float(energy.min(initial=most)) <= FLAT_PART * most else int(energy.argmax())
