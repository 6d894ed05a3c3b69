"""The table of metrics, and who is made from its rows."""

from __future__ import annotations

from typing import get_args

import click
import numpy as np
import pytest

from vidviz.cli.explore_commands import map_command, search
from vidviz.index.exact_index import compare_exactly
from vidviz.index_design import IndexDesign
from vidviz.numbers.metrics import SEARCH_METRICS, Metric, SearchMetric
from vidviz.types import MapMethod


def choices_of(command: click.Command, name: str) -> list[str]:
    (option,) = [option for option in command.params if name in option.opts]
    assert isinstance(option.type, click.Choice)
    return list(option.type.choices)


def test_every_metric_has_its_row_and_a_title_of_its_own() -> None:
    assert list(SEARCH_METRICS) == list(get_args(SearchMetric))
    assert len({row.title for row in SEARCH_METRICS.values()}) == len(SEARCH_METRICS)


def test_commands_take_every_metric_and_projection() -> None:
    assert choices_of(search, "--metric") == list(SEARCH_METRICS)
    assert choices_of(map_command, "--metric") == list(get_args(Metric))
    assert sorted(choices_of(map_command, "--method")) == sorted(get_args(MapMethod))


@pytest.mark.parametrize("metric", SEARCH_METRICS)
def test_a_row_is_true_of_the_scores(metric: SearchMetric) -> None:
    row, asked = SEARCH_METRICS[metric], np.array([[1.0, 0.0]])
    near, far = compare_exactly(metric, asked, np.array([[1.0, 0.1], [-1.0, 0.1]]))[0]
    assert (near < far) == row.smaller_is_nearer == IndexDesign(metric).smaller_is_nearer
    assert IndexDesign(metric).by_direction == row.by_direction


def test_collections_of_two_metrics_never_have_one_name() -> None:
    assert len({IndexDesign(metric).suffix for metric in SEARCH_METRICS}) == len(SEARCH_METRICS)
