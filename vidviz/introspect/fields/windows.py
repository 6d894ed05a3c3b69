"""The windows that slide over a layer: convolutions, poolings and paddings, from the calls that make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vidviz.introspect.fields.follow_call import Call
from vidviz.introspect.view import Triple, as_triple


@dataclass(frozen=True)
class Window:
    """What slides over a layer, along (frames, height, width)."""

    kernel: Triple
    stride: Triple = (1, 1, 1)
    padding: Triple = (0, 0, 0)
    dilation: Triple = (1, 1, 1)


def convolution_window(call: Call) -> Window:
    """The window of a convolution."""
    kernel = as_triple(call.shapes[1][2:])
    dilation = as_triple(call.setting("dilation", 5, 1), axes=call.axes)
    padding = call.setting("padding", 4, 0)
    if isinstance(padding, str):
        # "same" puts the odd one of an even number of zeros at the end.
        whole = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
        padding = [size // 2 for size in whole] if padding == "same" else 0
    stride = as_triple(call.setting("stride", 3, 1), axes=call.axes)
    return Window(kernel, stride, as_triple(padding, 0, axes=call.axes), dilation)


def pooling_window(call: Call) -> Window:
    """The window of a pooling."""
    largest = call.name.startswith("max")
    kernel = call.setting("kernel_size", 1, 1)
    stride = call.setting("stride", 2, kernel)
    dilation = call.setting("dilation", 4, 1) if largest else 1
    return Window(
        as_triple(kernel, axes=call.axes),
        as_triple(stride or kernel, axes=call.axes),
        as_triple(call.setting("padding", 3, 0), 0, axes=call.axes),
        as_triple(dilation, axes=call.axes),
    )


def padding_window(call: Call) -> Window:
    """Padding as a window of one position that begins before the first."""
    pads = list(call.setting("pad", 1, ()))
    # It begins with the last axis: width, height, frames.
    starts = [*pads[0::2], 0, 0, 0][:3]
    return Window((1, 1, 1), padding=(starts[2], starts[1], starts[0]))


WINDOWS: dict[str, Callable[[Call], Window]] = {
    "pad": padding_window,
    **dict.fromkeys(("conv2d", "conv3d"), convolution_window),
    **dict.fromkeys(("max_pool2d", "max_pool3d", "avg_pool2d", "avg_pool3d"), pooling_window),
}
