"""What the queue of jobs knows of a project."""

from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.runner import newest_looks
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.project_state import StageJob

LATEST = 200
"""How many jobs tell where a project stands."""


def stage_jobs(project: str, paths: ProjectPaths = PROJECT) -> list[StageJob]:
    """The latest jobs of a project, the oldest of them first.

    Raises:
        InputError: the queue cannot be read.
    """
    found = []
    for look in reversed(newest_looks(LATEST, paths, project=project)):
        job = look.job
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
