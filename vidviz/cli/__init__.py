"""The command line: the same services as the dashboard, each answer readable or as JSON.

In: words and options; the workspace by `--workspace`, `VIDVIZ_WORKSPACE` or the current folder.

Out: lines for people or, with `--json`, one JSON document; errors as one sentence on stderr, and exit code 1.

A module a group of commands; each command is a thin function that calls a service and says what came of it (`output`).
Nothing heavy is imported before a command needs it: `vidviz --help` answers at once.
"""

from __future__ import annotations

import click

from vidviz import __version__
from vidviz.cli.backbone_commands import backbones, embed, inspect
from vidviz.cli.dashboard_commands import demo, serve
from vidviz.cli.explore_commands import map_command, search
from vidviz.cli.label_commands import label
from vidviz.cli.library_commands import export, import_command
from vidviz.cli.output import verbose_option
from vidviz.cli.removal_commands import backup, gc, remove, take_back
from vidviz.cli.upkeep_commands import doctor, index, jobs, restore


class InOrder(click.Group):
    """Commands in the order in which a person meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As they were added."""
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@verbose_option
def main(verbose: bool) -> None:  # read by each command: see `answering`
    """Explore how video models see: clips, embeddings, maps, neighbours, and networks from the inside."""


for command in (
    demo,
    serve,
    import_command,
    embed,
    map_command,
    search,
    inspect,
    backbones,
    label,
    export,
    remove,
    take_back,
    gc,
    index,
    jobs,
    backup,
    restore,
    doctor,
):
    main.add_command(command)
