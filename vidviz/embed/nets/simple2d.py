"""A small network that sees frames one by one: four 2-D convolutions and two dense layers."""

from __future__ import annotations

from torch import Tensor, nn


class Simple2DCNN(nn.Module):
    """Four 3x3 convolutions, each with batch norm, ReLU and 2x2 max-pooling; the strongest answer; two dense layers.

    It takes frames (N, 3, H, W), H and W at least 16, and gives class scores (N, shapes + colours), the shapes first.
    `strongest` keeps what was found and forgets where; `fc1` is the embedding. Since it never sees two frames at
    once it cannot know which came first.

    Args:
        num_shapes: number of scores for the shape.
        num_colours: number of scores for the colour.
        channels: channels after each convolution.
        hidden: size of the first dense layer, the embedding.
    """

    def __init__(
        self,
        num_shapes: int = 5,
        num_colours: int = 5,
        *,
        channels: tuple[int, int, int, int] = (24, 48, 96, 128),
        hidden: int = 64,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, channels[0], kernel_size=3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels[0])
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(channels[0], channels[1], kernel_size=3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels[1])
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(channels[1], channels[2], kernel_size=3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(channels[2])
        self.relu3 = nn.ReLU()
        self.pool3 = nn.MaxPool2d(2)
        self.conv4 = nn.Conv2d(channels[2], channels[3], kernel_size=3, padding=1, bias=False)
        self.norm4 = nn.BatchNorm2d(channels[3])
        self.relu4 = nn.ReLU()
        self.pool4 = nn.MaxPool2d(2)
        self.strongest = nn.AdaptiveMaxPool2d(1)
        self.fc1 = nn.Linear(channels[3], hidden)
        self.relu5 = nn.ReLU()
        self.fc2 = nn.Linear(hidden, num_shapes + num_colours)

    def forward(self, frames: Tensor) -> Tensor:
        """Scores (N, shapes + colours) of frames (N, 3, H, W)."""
        features = self.pool1(self.relu1(self.norm1(self.conv1(frames))))
        features = self.pool2(self.relu2(self.norm2(self.conv2(features))))
        features = self.pool3(self.relu3(self.norm3(self.conv3(features))))
        features = self.pool4(self.relu4(self.norm4(self.conv4(features))))
        embedding = self.fc1(self.strongest(features).flatten(1))
        return self.fc2(self.relu5(embedding))  # type: ignore[no-any-return]


def simple2d_look() -> Simple2DCNN:
    """The network that the package brings with trained weights: scores for five shapes, then five colours."""
    return Simple2DCNN()
