"""The kernels of a network's convolutions, as pictures and small films. numpy, and torch where a model is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Convolution:
    """A convolution of a network: `shape` is (filters, channels read, frames, rows, columns) of its kernels."""

    layer: str
    shape: tuple[int, int, int, int, int]

    @property
    def reads_colour(self) -> bool:
        """Whether its kernels read red, green and blue: they can be shown in colour."""
        return self.shape[1] == 3

    @property
    def mixes_only_channels(self) -> bool:
        """Whether it looks at one position alone: there is no picture in it."""
        return self.shape[2:] == (1, 1, 1)


def list_convolutions(model: nn.Module) -> list[Convolution]:
    """Every 2-D and 3-D convolution of a network, by registration; 2-D kernels have one frame."""
    from torch import nn

    found = []
    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Conv3d)):
            out, read, *window = module.weight.shape
            frames, rows, columns = [1, *window][-3:]
            found.append(Convolution(name, (out, read, frames, rows, columns)))
    return found


def read_kernels(model: nn.Module, layer: str) -> np.ndarray:
    """The kernels of a convolution, (filters, channels read, frames, rows, columns) float32."""
    weight = model.get_parameter(f"{layer}.weight").detach().float().cpu().numpy()
    return np.asarray(weight if weight.ndim == 5 else weight[:, :, None])


def colour_kernels(kernels: np.ndarray) -> np.ndarray:
    """Kernels that read RGB as pictures (frames, filters, rows, columns, 3) uint8; grey is zero.

    Each filter is stretched by its own largest weight, so that its frames can be compared with each other.
    """
    largest = np.abs(kernels).max(axis=(1, 2, 3, 4), keepdims=True)
    scaled = kernels / np.where(largest > 0, largest, 1)
    pictures = np.clip(np.rint(127.5 + 127.5 * scaled), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pictures.transpose(2, 0, 3, 4, 1))


def signed_kernels(kernels: np.ndarray, channel: int) -> np.ndarray:
    """One slice of each kernel, what it reads of one channel: (frames, filters, rows, columns) in -1 to 1.

    All filters share one scale: the largest weight of the slice.

    Raises:
        IndexError: the layer reads no such channel.
    """
    sliced = kernels[:, channel]
    largest = float(np.abs(sliced).max()) or 1.0
    return np.ascontiguousarray((sliced / largest).transpose(1, 0, 2, 3))
