"""C3D: eight 3x3x3 convolutions and three dense layers."""

from __future__ import annotations

from torch import Tensor, nn

from vidviz.embed.nets.he_initial import he_initial

# Name and channels of each convolution, and which of them are followed by pooling.
CONVOLUTIONS = (
    ("1", 64),
    ("2", 128),
    ("3a", 256),
    ("3b", 256),
    ("4a", 512),
    ("4b", 512),
    ("5a", 512),
    ("5b", 512),
)
POOLED = ("1", "2", "3b", "4b", "5b")


class C3D(nn.Module):
    """VGG's recipe with 3x3x3 filters.

    Tran et al., Learning Spatiotemporal Features with 3D Convolutional Networks, ICCV 2015, arXiv:1412.0767,
    figure 3. The embedding of the paper is `relu6`, fc6 after its ReLU.

    It takes (N, 3, 16, 112, 112) and gives class scores (N, classes). `fc6` fixes the input's size: 16 to 31
    frames of 96 to 127 pixels square end in the 512 x 1 x 4 x 4 features that it takes; the smallest legal
    input is (N, 3, 16, 96, 96).
    """

    def __init__(self, num_classes: int = 487) -> None:
        super().__init__()
        in_channels = 3
        for name, channels in CONVOLUTIONS:
            self.add_module(f"conv{name}", nn.Conv3d(in_channels, channels, 3, padding=1))
            self.add_module(f"relu{name}", nn.ReLU())
            if name in POOLED:
                # The first keeps every frame; the last pads 7 x 7 so that it gives 4 x 4.
                window = (1, 2, 2) if name == "1" else (2, 2, 2)
                padding = (0, 1, 1) if name == "5b" else 0
                self.add_module(f"pool{name[0]}", nn.MaxPool3d(window, padding=padding))
            in_channels = channels
        self.flatten = nn.Flatten()
        self.fc6 = nn.Linear(512 * 4 * 4, 4096)
        self.relu6 = nn.ReLU()
        self.dropout6 = nn.Dropout(0.5)
        self.fc7 = nn.Linear(4096, 4096)
        self.relu7 = nn.ReLU()
        self.dropout7 = nn.Dropout(0.5)
        self.fc8 = nn.Linear(4096, num_classes)
        he_initial(self)

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, 16, 112, 112)."""
        features = clips
        # In the order in which they were added.
        for layer in self.children():
            features = layer(features)
        return features


def c3d() -> C3D:
    """C3D with the 487 classes of Sports-1M."""
    return C3D()
