"""Which positions a call picks out of a clip's: slices, and frames by their numbers."""

from __future__ import annotations

from vidviz.introspect.fields.follow_call import NUMBERS, Call


def is_sliced(call: Call) -> bool:
    """Whether an index into (N, C, T, H, W) leaves all five axes."""
    wanted = call.args[1] if isinstance(call.args[1], tuple) else (call.args[1],)
    return len(call.shapes[0]) == 5 == len(call.output_shape) and not any(part is Ellipsis for part in wanted)


def read_slices(call: Call) -> list[tuple[int, int, int]] | None:
    """(start, stop, step) along each axis; None where positions are picked by their number."""
    wanted = call.args[1] if isinstance(call.args[1], tuple) else (call.args[1],)
    if not all(isinstance(part, slice) for part in wanted):
        return None
    shape = call.shapes[0]
    slices = [part.indices(size) for part, size in zip(wanted, shape, strict=False)]
    return slices + [slice(None).indices(size) for size in shape[len(slices) :]]


def picked_frames(call: Call) -> list[int] | None:
    """The numbers of the frames that `index_select` picks; None where they are not known, or are no frames."""
    axis, picks = call.setting("dim", 1, 0), call.setting("index", 2, None)
    numbers = getattr(picks, NUMBERS, None)
    if numbers is None and picks is not None and picks.device.type != "meta":
        numbers = picks.tolist()
    return list(numbers) if axis == 2 and len(call.shapes[0]) == 5 and numbers is not None else None
