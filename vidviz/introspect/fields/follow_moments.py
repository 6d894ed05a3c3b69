"""Where steps stand after each function of torch that a forward pass may call, from where they stood before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidviz.introspect.fields.follow_call import Call
from vidviz.introspect.fields.follow_rules import ATTENTION, POINTWISE, RELAYING, RULES
from vidviz.introspect.fields.picks import is_sliced, picked_frames, read_slices
from vidviz.introspect.fields.step_moments import StepMoments, join_moments
from vidviz.introspect.fields.windows import WINDOWS

_MOVING = frozenset({"flip"})
"""Functions that pass all positions on, but not each to its own place."""


def moments_after(call: Call, several: Sequence[StepMoments]) -> StepMoments | None:
    """Where the steps of a function's result stand; None where arithmetic does not tell.

    Frames that a network sees one by one keep their places whatever it does with each. Of attention's inputs the first
    counts, which asks: how many steps the others have makes no difference to where it stands.
    """
    before = join_moments(several)
    if before is None or call.name in _MOVING:
        return None
    if call.name in WINDOWS:
        return _through_window(call, before)
    if call.name.startswith("adaptive") and call.axes == 3:
        return _through_adaptive_pooling(call, before)
    if call.name == "getitem" and is_sliced(call):
        slices = read_slices(call)
        if slices is None or not _fits(call, before):
            return before if slices else None  # with channels last, as in Swin
        return before.pick(range(*slices[2]))
    if call.name == "index_select" and call.setting("dim", 1, 0) == 2 and len(call.shapes[0]) == 5:
        numbers = picked_frames(call)
        return before.pick(numbers) if numbers is not None and _fits(call, before) else None
    known = call.name in RULES or call.name in POINTWISE or call.name in RELAYING or call.name in ATTENTION
    return join_moments(several, _steps_after(call, several)) if known else None


def _fits(call: Call, before: StepMoments) -> bool:
    return call.shapes[0][2] == len(before.centres)


def _steps_after(call: Call, several: Sequence[StepMoments]) -> int | None:
    """How many steps the result has, where its shape says so and one of the inputs has as many."""
    return call.num_steps if call.num_steps in {len(one.centres) for one in several} else None


def _through_window(call: Call, before: StepMoments) -> StepMoments | None:
    if call.num_steps is None:
        return before
    window = WINDOWS[call.name](call)
    if not _fits(call, before):
        still = (window.kernel[0], window.stride[0], window.padding[0]) == (1, 1, 0)
        return before if still else None  # with channels last, as in Swin
    return before.through(window.kernel[0], window.stride[0], window.padding[0], window.dilation[0], call.num_steps)


def _through_adaptive_pooling(call: Call, before: StepMoments) -> StepMoments | None:
    if len(call.shapes[0]) != 5 or not _fits(call, before) or call.num_steps is None:
        return before
    length, steps = len(before.centres), np.arange(call.num_steps)
    starts, ends = steps * length // call.num_steps, -(-(steps + 1) * length // call.num_steps)
    parts = [slice(first, end) for first, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return StepMoments(
        tuple(float(np.mean(before.centres[part])) for part in parts),
        tuple(min(before.firsts[part]) for part in parts),
        tuple(max(before.lasts[part]) for part in parts),
    )
