"""The training loop that both networks share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

BatchLoss = Callable[[nn.Module, torch.Generator], Tensor]
Measure = Callable[[nn.Module], tuple[float, ...]]

CLIPPED_NORM = 1.0
WARM_PART = 0.1  # of the steps, while the learning rate rises


@dataclass(frozen=True)
class Recipe:
    """How long and how fast a network is trained."""

    steps: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int
    measure_every: int


@dataclass
class Curve:
    """What was measured on the way: each point is (step, mean loss since the point before, held-out accuracies)."""

    points: list[tuple[int, float, tuple[float, ...]]] = field(default_factory=list)
    seconds: float = 0.0


def train(
    net: nn.Module,
    batch_loss: BatchLoss,
    measure: Measure,
    recipe: Recipe,
) -> Curve:
    """Train `net` in place with AdamW, the learning rate following one cycle.

    Args:
        net: the network.
        batch_loss: draws a batch with this source of random numbers and gives its loss.
        measure: accuracies on held-out clips, written into the curve.
        recipe: how long and how fast.
    """
    source = torch.Generator().manual_seed(recipe.seed)
    optimizer = torch.optim.AdamW(net.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.steps, pct_start=WARM_PART
    )
    curve, started, losses = Curve(), time.perf_counter(), []
    net.train()
    for step in range(1, recipe.steps + 1):
        loss = batch_loss(net, source)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), CLIPPED_NORM)
        optimizer.step()
        cycle.step()
        losses.append(loss.item())
        if step % recipe.measure_every == 0 or step == recipe.steps:
            net.eval()
            curve.points.append((step, sum(losses) / len(losses), measure(net)))
            net.train()
            losses = []
            curve.seconds = time.perf_counter() - started
            print(_line(curve), flush=True)
    net.eval()
    return curve


def _line(curve: Curve) -> str:
    step, loss, accuracies = curve.points[-1]
    told = "  ".join(f"{value:.3f}" for value in accuracies)
    return f"step {step:6}   loss {loss:.3f}   held-out {told}   {curve.seconds:.0f} s"


def normalised(pixels: Tensor) -> Tensor:
    """uint8 RGB (..., 3) with the colour first after N, as the networks take it: mean 0.5, deviation 0.5."""
    return (pixels.float() / 127.5 - 1).movedim(-1, 1)
