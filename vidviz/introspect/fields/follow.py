"""Following what units see through the functions that a forward pass calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from vidviz.introspect.fields.follow_call import NUMBERS, Call
from vidviz.introspect.fields.follow_moments import moments_after
from vidviz.introspect.fields.follow_rules import ATTENTION, POINTWISE, RELAYING, RULES, through_attention
from vidviz.introspect.fields.step_moments import StepMoments
from vidviz.introspect.view import AnyView, Everything, Unknown, View, join_views

if TYPE_CHECKING:
    from torch import Tensor
    from torch.overrides import TorchFunctionMode

_MARK = "_vidviz_view"
_MOMENTS = "_vidviz_moments"


def mark_view(tensor: Tensor, view: AnyView, moments: StepMoments | None) -> None:
    """Write on a tensor what its units see, and where its steps stand in time."""
    setattr(tensor, _MARK, view)
    setattr(tensor, _MOMENTS, moments)


def read_view(tensor: Any) -> AnyView | None:
    """What the units of a tensor see, where that was followed."""
    return getattr(tensor, _MARK, None)


def read_moments(tensor: Any) -> StepMoments | None:
    """Where the steps of a tensor stand in time, where that was followed."""
    return getattr(tensor, _MOMENTS, None)


def make_follower(num_examples: int) -> TorchFunctionMode:
    """A context in which each function's result is marked with what its units see.

    Args:
        num_examples: the batch size: attention over a larger batch looks at parts of an example.
    """
    import torch
    from torch import Tensor
    from torch.overrides import TorchFunctionMode

    class Follower(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            given = list(_tensors((args, kwargs)))
            views = [view for view in map(read_view, given) if view is not None]
            moments = [one for one in map(read_moments, given) if one is not None]
            shapes = [tuple(tensor.shape) for tensor in given] if views else []
            output = func(*args, **kwargs)
            if views:
                name = getattr(func, "__name__", str(func))
                for tensor in _tensors(output):
                    call = Call(name, args, kwargs, shapes, tuple(tensor.shape), num_examples)
                    mark_view(tensor, view_after(call, views), moments_after(call, moments))
            elif func is torch.tensor and _are_numbers(args[0]):
                setattr(output, NUMBERS, tuple(args[0]))
            return output

    def _tensors(values: Any) -> Iterator[Tensor]:
        if isinstance(values, Tensor):
            yield values
        elif isinstance(values, dict):
            yield from _tensors(tuple(values.values()))
        elif isinstance(values, (tuple, list)):
            for value in values:
                yield from _tensors(value)

    return Follower()


def _are_numbers(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and all(isinstance(value, int) for value in values)


def view_after(call: Call, views: Sequence[AnyView]) -> AnyView:
    """What units see after a function, from what those of its inputs see."""
    before = join_views(views, call.num_steps)
    if call.name in ATTENTION:
        return through_attention(call, before)
    if not isinstance(before, View):
        return before
    if call.name in RULES:
        after = RULES[call.name](call, before)
        return after.fit_steps(call.num_steps) if isinstance(after, View) else after
    if call.name in RELAYING and call.lays_flat:
        return Everything()
    if call.name in POINTWISE or call.name in RELAYING:
        return before
    return Unknown(f"{call.name}() is not followed")
