"""Commands for what leaves a library: remove it, take it back, sweep away what is left."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vidviz.cli.output import Answer, answering
from vidviz.words import count_of, say_bytes

if TYPE_CHECKING:
    from vidviz.records import Removal
    from vidviz.services.upkeep.leftovers import Swept

KINDS = ["video", "file", "clip", "recipe", "set", "label", "value", "job"]


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--column", default="label", show_default=True, help="The label column of a value.")
@click.option("--dry-run", is_flag=True, help="Tell what would go, and change nothing.")
@answering
def remove(answer: Answer, kind: str, names: tuple[str, ...], column: str, dry_run: bool) -> None:
    """Remove videos, clips, recipes, sets, label columns or values, jobs or failed files, with all that hangs on them.

    Files that were imported from elsewhere are never touched. `vidviz take-back` brings back what was removed, until
    `vidviz gc` sweeps it away.
    """
    from vidviz.services.upkeep import removals

    folder = answer.open()
    chosen = [(column, name) for name in names] if kind == "value" else names
    doomed = removals.weigh(folder, kind, chosen)  # type: ignore[arg-type]
    size = say_bytes(doomed.num_bytes)
    if dry_run:
        answer.give(asdict(doomed), f"Would remove {doomed.text}; {size} of files.")
        return
    removal = removals.remove(folder, doomed)
    answer.give(
        {**asdict(removal), "num_bytes": doomed.num_bytes},
        f"Removed {removal.title}: {removals.say_counts(removal.counts)}. `vidviz take-back {removal.id}` brings it "
        f"back; `vidviz gc` frees its {size} after a week.",
    )


@click.command("take-back")
@click.argument("removal", type=int, required=False)
@click.option("--list", "only_list", is_flag=True, help="List what can be taken back.")
@answering
def take_back(answer: Answer, removal: int | None, only_list: bool) -> None:
    """Bring back what was removed last, or by its number, as it was."""
    from vidviz.services.upkeep import removals

    folder = answer.open()
    if only_list:
        every = removals.list_removals(folder)
        lines = [_say(one) for one in every] or ["Nothing was removed."]
        answer.give({"removals": [asdict(one) for one in every]}, "\n".join(lines))
        return
    back = removals.take_back(folder, removal)
    answer.give(asdict(back), f"Back again: {back.title} ({removals.say_counts(back.counts)}).")


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell what would go, and change nothing.")
@click.option("--days", default=7.0, show_default=True, help="Removals younger than this can still be taken back.")
@answering
def gc(answer: Answer, dry_run: bool, days: float) -> None:
    """Sweep away files that nothing names any more, and give up what was removed more than a week ago."""
    from vidviz.services.upkeep import leftovers

    swept = leftovers.sweep(answer.open(), keep_days=days, dry_run=dry_run)
    answer.give(asdict(swept), "\n".join(_say_swept(swept)))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.zip")
@answering
def backup(answer: Answer, file: Path) -> None:
    """Pack what cannot be made again into one file: catalogue, vectors, and videos that the workspace holds.

    `vidviz restore --archive FILE.zip --workspace NEW` makes a workspace of it."""
    from vidviz.services.upkeep import backup_archive

    done = backup_archive.write_archive(answer.open(), file, answer.steps)
    held = f"{count_of(done.videos, 'video')}, {count_of(done.clips, 'clip')}"
    answer.give(asdict(done), f"{done.path}: {held}, {say_bytes(done.num_bytes)}.")


def _say(removal: Removal) -> str:
    from datetime import UTC, datetime

    from vidviz.services.upkeep.removals import say_counts

    when = datetime.fromtimestamp(removal.removed_at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    return f"{removal.id}: {removal.title} ({say_counts(removal.counts)}), removed {when}"


def _say_swept(swept: Swept) -> list[str]:
    verb = "Would free" if swept.dry_run else "Freed"
    lines = [f"Given up: {removal.title}" for removal in swept.removals]
    lines += [f"{verb} {say_bytes(swept.num_bytes[kind])}: {count:,} {kind}" for kind, count in swept.counts.items()]
    return [*(lines or ["Nothing is left over."]), *swept.left]
