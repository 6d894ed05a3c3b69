"""Simple3DCNN: the tutorial's network of two 3-D convolutions and three dense layers."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Simple3DCNN(nn.Module):
    """Two 3x3x3 convolutions, each with ReLU and max-pooling (1, 2, 2), then three dense layers.

    With the defaults it takes (N, 3, 16, 64, 64) and gives class scores (N, 10). Pooling keeps every frame: a unit
    after the first convolution sees 3 frames, after the second 5. `fc1` alone has 537 M parameters (2.1 GB in
    float32), because it reads the whole flattened feature map.

    Args:
        num_classes: number of class scores.
        channels: channels after the first and second convolution.
        hidden: sizes of the first two dense layers; the second is the embedding.
        num_frames: T of the input.
        size_px: height and width of the input; a multiple of 4.
        dense_in_memory: False describes the dense layers without holding them (torch's meta device). The
            convolutions are the same as with True after the same `torch.manual_seed`.
    """

    def __init__(
        self,
        num_classes: int = 10,
        *,
        channels: tuple[int, int] = (64, 128),
        hidden: tuple[int, int] = (1024, 256),
        num_frames: int = 16,
        size_px: int = 64,
        dense_in_memory: bool = True,
    ) -> None:
        super().__init__()
        first, second = channels
        self.conv1 = nn.Conv3d(3, first, kernel_size=3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool3d(kernel_size=(1, 2, 2))
        self.conv2 = nn.Conv3d(first, second, kernel_size=3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool3d(kernel_size=(1, 2, 2))
        flat = second * num_frames * (size_px // 4) ** 2
        device = None if dense_in_memory else torch.device("meta")
        self.fc1 = nn.Linear(flat, hidden[0], device=device)
        self.relu3 = nn.ReLU()
        self.fc2 = nn.Linear(hidden[0], hidden[1], device=device)
        self.relu4 = nn.ReLU()
        self.fc3 = nn.Linear(hidden[1], num_classes, device=device)

    def forward_with_intermediates(self, clips: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Class scores, early features and later ones.

        Args:
            clips: (N, 3, T, H, W).

        Returns:
            scores (N, classes); features after the first stage (N, C1, T, H/2, W/2); after the second
            (N, C2, T, H/4, W/4).
        """
        early = self.pool1(self.relu1(self.conv1(clips)))
        later = self.pool2(self.relu2(self.conv2(early)))
        hidden = self.relu3(self.fc1(later.flatten(1)))
        embedding = self.fc2(hidden)
        return self.fc3(self.relu4(embedding)), early, later

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W)."""
        return self.forward_with_intermediates(clips)[0]


def simple3d_features() -> Simple3DCNN:
    """Simple3DCNN with its dense layers described but not held in memory: 0.9 MB instead of 2.1 GB."""
    return Simple3DCNN(dense_in_memory=False)
