"""Commands for the dashboard: serve, demo."""

from __future__ import annotations

from pathlib import Path

import click

from vidviz.cli.output import Answer, answering


@click.command()
@click.option("--port", default=8501, show_default=True, help="The next free one is taken where it is in use.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open a browser.")
@click.option("--allow-host", "hosts", multiple=True, help="A name under which a proxy offers it; may be given again.")
@click.option(
    "--allow-folder",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder whose files may be named on pages; may be given again [default: your home folder, if nobody else "
    "can reach the dashboard].",
)
@answering
def serve(answer: Answer, port: int, open_browser: bool, hosts: tuple[str, ...], folders: tuple[Path, ...]) -> None:
    """Open the dashboard on 127.0.0.1."""
    from vidviz.services import dashboard

    folder = answer.open(create=True)
    dashboard.serve(folder.path, port, open_browser=open_browser, say=answer.say, allowed_hosts=hosts, folders=folders)


@click.command()
@click.option("--port", default=8501, show_default=True, help="The next free one is taken where it is in use.")
@click.option("--backbone", "backbones", multiple=True, help="May be given again [default: the two that come along].")
@click.option("--prepare-only", is_flag=True, help="Import, embed and index, and do not open the dashboard.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open a browser.")
@answering
def demo(answer: Answer, port: int, backbones: tuple[str, ...], prepare_only: bool, open_browser: bool) -> None:
    """Import the sample videos, embed them, build map and index, and open the dashboard."""
    from vidviz.services import dashboard
    from vidviz.services.demo import BACKBONES, prepare_demo

    folder = answer.open(create=True)
    chosen = backbones or BACKBONES
    message = prepare_demo(folder, chosen, say=lambda text: click.echo(text, err=True))
    if prepare_only:
        answer.give({"workspace": str(folder.path), "message": message}, message)
        return
    dashboard.serve(folder.path, port, open_browser=open_browser, say=answer.say)
