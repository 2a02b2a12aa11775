"""What a task took, and what it may take."""

from dataclasses import dataclass

from daskvine.workflow.commands import Result

_MB = 1 << 20


@dataclass(frozen=True)
class Resources:
    """Memory and disk in MB (of 2**20 bytes), times in µs; None for what nobody asked for or measured."""

    cores: float | None = None
    memory: float | None = None
    disk: float | None = None
    gpus: float | None = None
    wall_time: int | None = None
    cpu_time: int | None = None
    start: int | None = None
    end: int | None = None

    @classmethod
    def measured(cls, report):
        """Those of a task's report; cores are how many were busy on average."""
        measured = report.measured
        wall, cpu = measured.get("wall_us"), measured.get("cpu_us")
        return cls(
            cores=cpu / wall if wall and cpu is not None else None,
            memory=_megabytes(measured.get("memory")),
            disk=_megabytes(measured.get("disk")),
            wall_time=wall,
            cpu_time=cpu,
            start=report.started or None,
            end=report.ended or None,
        )


def exceeded(report, requested):
    """Of what was requested that of which a task took too much; None when that is not why it ended."""
    if report.result not in (Result.RESOURCE_EXHAUSTION, Result.SANDBOX_EXHAUSTION):
        return None
    taken = Resources.measured(report)
    over = {
        name: getattr(requested, name)
        for name in ("memory", "disk")
        if getattr(requested, name) is not None and (getattr(taken, name) or 0) >= getattr(requested, name)
    }
    return Resources(**over)


def _megabytes(size):
    return None if size is None else size / _MB
