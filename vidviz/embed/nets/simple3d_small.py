"""The tutorial's 3-D network made narrow: two 3-D convolutions, pooling to a small grid, three dense layers."""

from __future__ import annotations

from torch import Tensor, nn


class SmallSimple3DCNN(nn.Module):
    """`Simple3DCNN` with fewer channels, and a grid of fixed size before the dense layers.

    The first dense layer of the tutorial's network reads every position of every frame: 537 M parameters. Here the
    feature map is averaged over a grid first (`squeeze`). The grid still says where and when something happens, but
    the dense layers become small enough to train in minutes. As in the tutorial a unit after the first convolution
    sees 3 frames, after the second 5. The input may have any T, H and W.

    Args:
        num_classes: number of class scores.
        channels: channels after the first and second convolution.
        grid: frames, height and width after `squeeze`.
        hidden: sizes of the first two dense layers; the second is the embedding.
    """

    def __init__(
        self,
        num_classes: int = 10,
        *,
        channels: tuple[int, int] = (16, 40),
        grid: tuple[int, int, int] = (4, 8, 8),
        hidden: tuple[int, int] = (128, 64),
    ) -> None:
        super().__init__()
        first, second = channels
        self.conv1 = nn.Conv3d(3, first, kernel_size=3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool3d(kernel_size=(1, 2, 2))
        self.conv2 = nn.Conv3d(first, second, kernel_size=3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool3d(kernel_size=(1, 2, 2))
        self.squeeze = nn.AdaptiveAvgPool3d(grid)
        self.fc1 = nn.Linear(second * grid[0] * grid[1] * grid[2], hidden[0])
        self.relu3 = nn.ReLU()
        self.fc2 = nn.Linear(hidden[0], hidden[1])
        self.relu4 = nn.ReLU()
        self.fc3 = nn.Linear(hidden[1], num_classes)

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W)."""
        early = self.pool1(self.relu1(self.conv1(clips)))
        later = self.pool2(self.relu2(self.conv2(early)))
        hidden = self.relu3(self.fc1(self.squeeze(later).flatten(1)))
        embedding = self.fc2(hidden)
        return self.fc3(self.relu4(embedding))  # type: ignore[no-any-return]


def simple3d_motion() -> SmallSimple3DCNN:
    """The network that the package brings with trained weights: scores for ten motions."""
    return SmallSimple3DCNN()
