"""Commands for keeping a workspace in order: index, jobs, restore, doctor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vidviz.cli.output import Answer, answering
from vidviz.words import count_of

if TYPE_CHECKING:
    from vidviz.services.doctor.examination import Finding


@click.group()
def index() -> None:
    """The vector index in Milvus, derived from the stored vectors."""


@index.command("rebuild")
@click.option("--set", "set_key", default="", help="One set's key or backbone [default: every set].")
@answering
def index_rebuild(answer: Answer, set_key: str) -> None:
    """Drop collections and build them again from the stored vectors."""
    from vidviz.services.index import set_index
    from vidviz.services.library import embedding_sets

    folder = answer.open()
    sets = [embedding_sets.find_set(folder, set_key)] if set_key else embedding_sets.list_sets(folder)
    rows = [{"set": found.key, "rows": set_index.rebuild_index(folder, found.key)} for found in sets]
    answer.give({"rebuilt": rows}, "\n".join(f"{row['set']}: {row['rows']} rows" for row in rows) or "No sets yet.")


@index.command("check")
@click.option("--set", "set_key", default="", help="One set's key or backbone [default: every set].")
@answering
def index_check(answer: Answer, set_key: str) -> None:
    """Hold collections against the stored vectors."""
    from vidviz.services.index import set_index
    from vidviz.services.library import embedding_sets

    folder = answer.open()
    sets = [embedding_sets.find_set(folder, set_key)] if set_key else embedding_sets.list_sets(folder)
    rows = [{"set": found.key, **set_index.summarise_check(folder, found.key)} for found in sets]
    lines = [f"{row['set']}: {row['stored']} stored, {row['missing']} missing, {row['extra']} extra" for row in rows]
    answer.give({"sets": rows}, "\n".join(lines) or "No sets yet.")


@index.command("push")
@click.option("--uri", required=True, help="Where to, e.g. http://127.0.0.1:19530; the token by VIDVIZ_MILVUS_TOKEN.")
@click.option("--set", "set_key", default="", help="One set's key or backbone [default: every set].")
@answering
def index_push(answer: Answer, uri: str, set_key: str) -> None:
    """Store sets in a Milvus server, and check by count and sample that they arrived; goes on where it stopped."""
    from vidviz.config import MilvusSettings, milvus_settings
    from vidviz.services.index import push
    from vidviz.services.library import embedding_sets

    folder = answer.open()
    sets = [embedding_sets.find_set(folder, set_key)] if set_key else embedding_sets.list_sets(folder)
    settings = MilvusSettings(uri, milvus_settings().token)
    done = [push.push_set(folder, found.key, settings) for found in sets]
    lines = [
        f"{one.collection}: {one.rows} rows there, {one.sent} of them sent now, {one.compared} compared" for one in done
    ]
    lines += ["Set VIDVIZ_MILVUS_URI to that address to search there."] if done else ["No sets yet."]
    answer.give({"pushed": [asdict(one) for one in done]}, "\n".join(lines))


@index.command("bring-in")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="What the set is called, e.g. the network that the vectors are from.")
@click.option("--replace", is_flag=True, help="In place of all vectors that the set holds.")
@answering
def index_bring_in(answer: Answer, file: Path, name: str, replace: bool) -> None:
    """Make an embedding set of vectors computed elsewhere (.npz or .parquet, with clip ids, or videos and times)."""
    from vidviz.services.embedding import outside_vectors

    done = outside_vectors.bring_in(answer.open(), file, name, replace=replace)
    lines = [f"{done.set_key}: {done.clips} vectors of {done.dimension} numbers, {done.new_clips} clips are new."]
    if done.replaced:
        lines.append(f"They take the place of the {done.replaced} vectors that the set held.")
    lines += [f"{count} rows left out: {reason}." for reason, count in done.left_out.items()]
    if done.without_picture:
        lines.append(f"{done.without_picture} new clips have no picture: their videos are gone or cannot be read.")
    answer.give(asdict(done), "\n".join(lines))


@click.group(invoke_without_command=True)
@answering
def jobs(answer: Answer) -> None:
    """Long work: list it, cancel it, start it again."""
    if click.get_current_context().invoked_subcommand is None:
        _list_jobs(answer)


@jobs.command("list")
@answering
def jobs_list(answer: Answer) -> None:
    """List the last jobs, newest first."""
    _list_jobs(answer)


@jobs.command("cancel")
@click.argument("job_id", type=int)
@click.option("--force", is_flag=True, help="End its process at once.")
@answering
def jobs_cancel(answer: Answer, job_id: int, force: bool) -> None:
    """Ask a job to stop after the step in hand; what it did is kept."""
    from vidviz.services import jobs as service

    service.cancel_job(answer.open(), job_id, force=force)
    answer.give({"job": job_id, "cancelling": True}, f"Job {job_id} is asked to stop.")


@jobs.command("resume")
@click.argument("job_id", type=int)
@answering
def jobs_resume(answer: Answer, job_id: int) -> None:
    """Start a job that ended again, in the background; it goes on where it stopped."""
    from vidviz.services import jobs as service

    started = service.restart_job(answer.open(), job_id)
    answer.give({"job": started}, f"Job {started} goes on where job {job_id} stopped.")


@jobs.command("run", hidden=True)
@click.argument("job_id", type=int)
@answering
def jobs_run(answer: Answer, job_id: int) -> None:
    """Do a job's work in this process (what the dashboard starts)."""
    from vidviz.services import jobs as service

    job = service.run_job(answer.open(), job_id)
    answer.give({"job": job_id, "state": job.state, "message": job.message}, f"{job.state}: {job.message}")


def _list_jobs(answer: Answer) -> None:
    from vidviz.services import jobs as service

    rows = service.list_jobs(answer.open())
    lines = [f"{job.id:4} {job.state:11} {job.done}/{job.total} {job.title}  {job.message}" for job in rows]
    answer.give({"jobs": [asdict(job) for job in rows]}, "\n".join(lines) or "No jobs yet.")


@click.command()
@click.option("--from", "name", default="", help="Which backup [default: the newest].")
@click.option("--list", "only_list", is_flag=True, help="List the backups, and change nothing.")
@click.option("--archive", type=click.Path(path_type=Path), help="Make a new workspace of a file of `vidviz backup`.")
@answering
def restore(answer: Answer, name: str, only_list: bool, archive: Path | None) -> None:
    """Put a backup in the place of a damaged or lost catalogue; the damaged file is kept.

    Backups are made after jobs and edits, once an hour at most, and before a newer version changes the catalogue."""
    from vidviz.services.library import catalogue_backups

    if archive is not None:
        _restore_archive(answer, archive)
        return
    if only_list:
        found = catalogue_backups.require_backups(answer.path)
        rows = [{"backup": backup.name, "made_at": backup.made_at, "file": backup.path} for backup in found]
        answer.give({"backups": rows}, "\n".join(f"{backup.name}  {backup.moment}" for backup in found))
        return
    done = catalogue_backups.restore(answer.path, name)
    lines = [
        f"The catalogue is as it was {done.backup.moment}: {count_of(done.videos, 'video')}, "
        f"{count_of(done.clips, 'clip')}. Import and embed again what came later, and start the dashboard anew."
    ]
    lines += [f"The file that was there is {done.put_aside}."] if done.put_aside else []
    answer.give(asdict(done), "\n".join(lines))


def _restore_archive(answer: Answer, archive: Path) -> None:
    from vidviz.services.upkeep import backup_archive

    done = backup_archive.read_archive(archive, answer.path, answer.steps)
    held = f"{count_of(done.videos, 'video')}, {count_of(done.clips, 'clip')}"
    again = "`vidviz import --rebuild-previews` makes its pictures again"
    answer.give(asdict(done), f"{answer.path} is a workspace of {held} now; {again}.")


@click.command()
@click.option(
    "--bundle",
    metavar="[FILE.zip]",
    is_flag=False,
    flag_value="vidviz-doctor.zip",
    help="Pack a report for those who help: the log, versions, settings, sizes of tables and folders.",
)
@click.option("--with-names", is_flag=True, help="Leave names, paths, labels and sentences in the report.")
@answering
def doctor(answer: Answer, bundle: str | None, with_names: bool) -> None:
    """Look at versions, device, catalogue, Milvus, weights, disk and log, and say what is amiss.

    With --bundle, pack a report into a zip file: about.json (versions, platform, which checks are fine, settings,
    schema version, rows of each table, files and bytes of each folder) and the log. Names and paths of files, labels,
    sentences and addresses are left out unless --with-names is given, which adds what jobs printed, too. Tokens and
    passwords are never in it."""
    from vidviz.services.doctor.examination import examine

    findings = examine(answer.path)
    if bundle is not None:
        _pack_bundle(answer, Path(bundle), findings, with_names=with_names)
        return
    lines = [f"{'ok ' if finding.fine else '!! '} {finding.name:12} {finding.text}" for finding in findings]
    answer.give({"findings": [asdict(finding) for finding in findings]}, "\n".join(lines))


def _pack_bundle(answer: Answer, out: Path, findings: Sequence[Finding], *, with_names: bool) -> None:
    from vidviz.services.doctor.report_bundle import pack_bundle

    packed = pack_bundle(answer.path, out, findings, with_names=with_names)
    kept = (
        "Names, paths, labels and sentences are in it: look through it before you pass it on."
        if with_names
        else "Names, paths, labels and sentences are left out; --with-names keeps them."
    )
    lines = [f"{packed.path} holds", *(f"  {name}: {what}" for name, what in packed.entries.items()), kept]
    answer.give({"bundle": str(packed.path), "entries": packed.entries, "with_names": with_names}, "\n".join(lines))
