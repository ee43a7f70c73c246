"""What the queue of jobs knows of a project."""

from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.runner import list_looks
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.project_state import StageJob


def stage_jobs(project: str, paths: ProjectPaths = PROJECT) -> list[StageJob]:
    """Jobs of a project, the oldest first.

    Raises:
        InputError: the queue cannot be read.
    """
    found = []
    for look in list_looks(paths):
        job = look.job
        if job.project != project:
            continue
        stages = look.stages
        has_failed = look.state in (JobState.FAILED, JobState.LOST)
        found.append(
            StageJob(
                kind=job.kind,
                created=job.created,
                active=look.active,
                problem=(job.problem() or "") if has_failed else "",
                at=stages[-1].name if stages else "",
            )
        )
    return found
