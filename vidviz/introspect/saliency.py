"""Where in a clip a score comes from: Grad-CAM and LayerCAM in space and time, and the check by covering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import UnknownNameError
from vidviz.introspect.hooks import borrowed

if TYPE_CHECKING:
    from torch import Tensor, nn

Score = Callable[["Tensor"], "Tensor"]
METHODS = ("grad-cam", "layer-cam")


@dataclass(frozen=True)
class Traced:
    """What a layer gave, and how a score changes with it: two tensors of one shape."""

    activation: Tensor
    gradient: Tensor


def trace_score(
    model: nn.Module, clips: Tensor, layers: Sequence[str], score: Score, at: str = ""
) -> tuple[float, dict[str, Traced]]:
    """Run a network and let a score flow back to some of its layers, all in one pass.

    Gradients are kept from the first of these layers on, so that what comes before costs no memory. The model is
    in eval mode meanwhile, and has no hook, no gradient and its own modes again afterwards.

    Args:
        model: any module.
        clips: a batch as it takes it.
        layers: dotted paths; those that give no single tensor, or on which the score does not depend, are missing
            from the answer.
        score: makes one number of what the layer `at` gives.
        at: the layer whose output is scored; the network's own output when "".

    Returns:
        The score, and layer -> what it gave and its gradient, in execution order.

    Raises:
        UnknownNameError: no such layer.
    """
    import torch

    modules = dict(model.named_modules())
    for name in (*layers, *([at] if at else [])):
        if name not in modules:
            raise UnknownNameError("layer", name, modules)
    tracer = _Tracer(score, stops=bool(at))
    frozen = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    with borrowed(model) as stack, torch.no_grad():
        stack.callback(_thaw, frozen)
        for parameter, _ in frozen:
            parameter.requires_grad_(False)
        for name in layers:
            stack.callback(modules[name].register_forward_hook(tracer.make_hook(name)).remove)
        stack.callback((modules[at] if at else model).register_forward_hook(tracer.notice).remove)
        with suppress(_ScoredError):
            model(clips)
        return tracer.finish()


def _thaw(frozen: list[tuple[Any, bool]]) -> None:
    for parameter, needed in frozen:
        parameter.requires_grad_(needed)


class _ScoredError(Exception):
    """The score is there: the rest of the network need not run."""


class _Tracer:
    """The hooks of `trace_score` and what they keep."""

    def __init__(self, score: Score, *, stops: bool) -> None:
        self._score, self._stops = score, stops
        self._kept: dict[str, tuple[Tensor, Tensor]] = {}
        self._scored: list[Tensor] = []

    def make_hook(self, name: str) -> Callable[..., Any]:
        import torch

        def keep(_module: nn.Module, _inputs: Any, output: Any) -> Any:
            if name in self._kept or not isinstance(output, torch.Tensor):
                return None
            # The first one is an input of its own for all that follows. A copy goes on: it may be changed in place.
            torch.set_grad_enabled(True)
            held = output if output.requires_grad else output.detach().clone().requires_grad_(True)
            held.retain_grad()
            self._kept[name] = (held, held.detach().clone())
            return held.clone()

        return keep

    def notice(self, _module: nn.Module, _inputs: Any, output: Any) -> None:
        if not self._scored:
            self._scored.append(self._score(output))
        if self._stops:
            raise _ScoredError

    def finish(self) -> tuple[float, dict[str, Traced]]:
        if not self._scored:
            return float("nan"), {}
        score = self._scored[0]
        if score.requires_grad:
            score.backward()  # type: ignore[no-untyped-call]
        kept = {name: (held.grad, value) for name, (held, value) in self._kept.items()}
        found = {name: Traced(value, grad) for name, (grad, value) in kept.items() if grad is not None}
        return float(score.detach()), found


def class_activation(
    film: np.ndarray, gradient: np.ndarray, method: str = "grad-cam", *, per_frame: bool = False
) -> np.ndarray:
    """Where a score comes from, by a layer's maps and the score's gradient there.

    Grad-CAM weighs each channel by the mean of its gradient (Selvaraju et al., Grad-CAM, ICCV 2017, eq. 1 and 2),
    here over space and time. LayerCAM weighs each place by its own positive gradient (Jiang et al., LayerCAM,
    IEEE TIP 2021, eq. 6 to 8), which keeps apart what happens at different moments.

    Args:
        film: (C, T, H, W), what the layer gave.
        gradient: (C, T, H, W), how the score changes with it.
        method: "grad-cam" or "layer-cam".
        per_frame: the network sees frames one by one, so that each frame has its own weights.

    Returns:
        (T, H, W) float32, not negative.

    Raises:
        UnknownNameError: no such method.
    """
    if method not in METHODS:
        raise UnknownNameError("method", method, METHODS)
    if method == "layer-cam":
        weighed = np.maximum(gradient, 0) * film
    else:
        weighed = gradient.mean(axis=(2, 3) if per_frame else (1, 2, 3), keepdims=True) * film
    return np.asarray(np.maximum(weighed.sum(axis=0), 0), np.float32)


def region_shares(film: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """How much each region gave to a score: activation times gradient, summed over channels (T, H, W).

    For a score that is linear in the layer (a projection of the mean over all positions) the shares add up to the
    score itself; else they are its first-order part (Shrikumar et al., arXiv:1605.01713).
    """
    return np.asarray((film.astype(np.float64) * gradient).sum(axis=0), np.float32)


def hottest_box(heat: np.ndarray, size: tuple[int, int, int]) -> tuple[int, int, int]:
    """Where a box of `size` (frames, rows, columns) holds most heat: its first corner (t, y, x)."""
    sums = np.pad(heat.astype(np.float64), ((1, 0), (1, 0), (1, 0))).cumsum(0).cumsum(1).cumsum(2)
    for axis, length in enumerate(size):
        length = min(length, heat.shape[axis])
        ahead = np.take(sums, range(length, sums.shape[axis]), axis)
        sums = ahead - np.take(sums, range(sums.shape[axis] - length), axis)
    frame, row, column = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(frame), int(row), int(column)


def cover(frames: np.ndarray, corner: tuple[int, int, int], size: tuple[int, int, int]) -> np.ndarray:
    """Frames (T, H, W, 3) with a box of them in the clip's mean colour."""
    covered = frames.copy()
    box = tuple(slice(start, start + length) for start, length in zip(corner, size, strict=True))
    covered[box] = frames.reshape(-1, frames.shape[-1]).mean(axis=0).round().astype(frames.dtype)
    return covered


def resize_heat(heat: np.ndarray, size: tuple[int, int, int], centres: Sequence[float]) -> np.ndarray:
    """Heat of the steps of a layer (t, h, w) over the frames of a clip, of size (T, H, W).

    Within a picture bilinear, as `torch.nn.functional.interpolate` does it. In time each step's heat lies at the frame
    over which the step is centred, between two steps a mixture of theirs, and beyond the ends the last one's.

    Args:
        heat: (t, h, w).
        size: of the frames.
        centres: (t,) where each step stands, in frames, rising.
    """
    import torch

    # A copy: torch warns of read-only arrays.
    steps = torch.from_numpy(np.array(heat, np.float32, order="C"))[:, None]
    pictures = torch.nn.functional.interpolate(steps, size[1:], mode="bilinear", align_corners=False)[:, 0].numpy()
    places = np.interp(np.arange(size[0]), centres, np.arange(len(centres)))
    left = np.minimum(places.astype(int), len(centres) - 1)
    right = np.minimum(left + 1, len(centres) - 1)
    share = (places - left).astype(np.float32)[:, None, None]
    return np.asarray(pictures[left] * (1 - share) + pictures[right] * share, np.float32)
