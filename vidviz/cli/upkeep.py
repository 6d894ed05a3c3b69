"""Commands for keeping a workspace in order: index, jobs, doctor."""

from __future__ import annotations

from dataclasses import asdict

import click

from vidviz.cli.answer import Answer, answering


@click.group()
def index() -> None:
    """The vector index in Milvus, derived from the stored vectors."""


@index.command("rebuild")
@click.option("--set", "set_key", default="", help="One set's key or backbone [default: every set].")
@answering
def index_rebuild(answer: Answer, set_key: str) -> None:
    """Drop collections and build them again from the stored vectors."""
    from vidviz.services import embedding_sets, indexing

    folder = answer.open()
    sets = [embedding_sets.find_set(folder, set_key)] if set_key else embedding_sets.list_sets(folder)
    rows = [{"set": found.key, "rows": indexing.rebuild_index(folder, found.key)} for found in sets]
    answer.give({"rebuilt": rows}, "\n".join(f"{row['set']}: {row['rows']} rows" for row in rows) or "No sets yet.")


@index.command("check")
@click.option("--set", "set_key", default="", help="One set's key or backbone [default: every set].")
@answering
def index_check(answer: Answer, set_key: str) -> None:
    """Hold collections against the stored vectors."""
    from vidviz.services import embedding_sets, indexing

    folder = answer.open()
    sets = [embedding_sets.find_set(folder, set_key)] if set_key else embedding_sets.list_sets(folder)
    rows = [{"set": found.key, **indexing.summarise_check(folder, found.key)} for found in sets]
    lines = [f"{row['set']}: {row['stored']} stored, {row['missing']} missing, {row['extra']} extra" for row in rows]
    answer.give({"sets": rows}, "\n".join(lines) or "No sets yet.")


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
@answering
def doctor(answer: Answer) -> None:
    """Look at versions, device, Milvus, weights and disk, and say what is amiss."""
    from vidviz.services import checkup

    findings = checkup.examine(answer.path)
    lines = [f"{'ok ' if finding.fine else '!! '} {finding.name:12} {finding.text}" for finding in findings]
    answer.give({"findings": [asdict(finding) for finding in findings]}, "\n".join(lines))
