"""What counts as far above the rest, without the far ones having a say in it."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError

MAD_TO_SIGMA = 1.4826  # of normally distributed values, 1 / the 3/4 quantile of the standard normal distribution
MEAN_AD_TO_SIGMA = 1.2533  # of the same, sqrt(pi / 2)
SAME = 1e-6  # a MAD below this part of the mean deviation is the rounding of equal values
DEFAULT_SENSITIVITY = 3.0


def robust_threshold(values: np.ndarray, sensitivity: float = DEFAULT_SENSITIVITY) -> float:
    """The median plus `sensitivity` standard deviations, estimated by the median absolute deviation (MAD).

    After Leys, Ley, Klein, Bernard and Licata (2013, Detecting outliers: do not use standard deviation around the
    mean, use absolute deviation around the median), who call 3 very conservative, 2.5 moderately and 2 poorly so.
    Where more than half of the values are the same the MAD is 0 and says nothing; the mean absolute deviation takes
    its place (Iglewicz and Hoaglin 1993, How to detect and handle outliers).

    Args:
        values: (N,) floats.
        sensitivity: how many standard deviations; above 0.

    Returns:
        A value is far out when it is larger; infinity where there are no values.

    Raises:
        ProjectionError: a value is NaN, or the sensitivity makes no sense.
    """
    if not 0 < sensitivity < np.inf:
        raise ProjectionError(f"The sensitivity must be above 0, not {sensitivity!r}.")
    numbers = np.asarray(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ProjectionError("Some distances are NaN or infinite, so none can be called large; leave those clips out.")
    if not len(numbers):
        return float("inf")
    middle = float(np.median(numbers))
    deviations = np.abs(numbers - middle)
    mad, mean = float(np.median(deviations)), float(deviations.mean())
    sigma = MAD_TO_SIGMA * mad if mad > SAME * mean else MEAN_AD_TO_SIGMA * mean
    return middle + sensitivity * sigma
