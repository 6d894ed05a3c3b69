"""Fresh weights for networks of convolutions and ReLUs, so that signals keep their size on the way through."""

from __future__ import annotations

from torch import nn


def he_initial(model: nn.Module) -> None:
    """Draw the filters of every convolution anew, in place, from N(0, 2 / fan-in).

    He et al., Delving Deep into Rectifiers, ICCV 2015, arXiv:1502.01852, equation 10. Dense layers and
    normalisations keep torch's own initial values.
    """
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Conv3d)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
