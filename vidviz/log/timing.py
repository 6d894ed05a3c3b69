"""How long the work of services takes, in the log at level DEBUG."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from vidviz.log.record_text import Plain

Given = ParamSpec("Given")
Result = TypeVar("Result")


def timed(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Have a function log how long each call took. Below DEBUG it costs one look at the logger's level.

    Of a function that is cached, decorate what the cache calls: then only real work is logged.
    """
    logger = logging.getLogger(function.__module__)
    name = Plain(function.__qualname__)

    @wraps(function)
    def measured(*args: Given.args, **options: Given.kwargs) -> Result:
        if not logger.isEnabledFor(logging.DEBUG):
            return function(*args, **options)
        started = time.perf_counter()
        outcome = "failed"
        try:
            result = function(*args, **options)
            outcome = "took"
        finally:
            logger.debug("%s %s %.1f ms", name, Plain(outcome), (time.perf_counter() - started) * 1000)
        return result

    return measured
