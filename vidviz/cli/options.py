"""Options whose help names what a table holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


class TableOption(click.Option):
    """An option whose help is made when somebody asks for it: its table is imported no earlier.

    Args:
        say_help: makes the help.
    """

    def __init__(self, *names: Any, say_help: Callable[[], str], **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.say_help = say_help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option as written, and its help."""
        self.help = self.say_help()
        return super().get_help_record(ctx)
