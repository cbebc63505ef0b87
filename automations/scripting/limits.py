"""What users' code may use. Plain values: the caller decides, nothing here reads settings."""

from dataclasses import asdict, dataclass
from typing import Any

KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one evaluation, of one child process, and of the pool.

    Times in `_ms` of one evaluation are processor time of the child, so that a busy machine does not
    fail an innocent rule; `grace_ms` is added to them as the wall clock after which the child is killed.
    """

    # one evaluation
    filter_ms: int = 250
    action_ms: int = 1_000
    grace_ms: int = 750
    source_bytes: int = 64 * KILOBYTE
    entity_bytes: int = MEGABYTE
    result_bytes: int = 256 * KILOBYTE
    result_depth: int = 64
    console_bytes: int = 16 * KILOBYTE
    message_chars: int = 500
    heap_mb: int = 64

    # one child
    child_memory_mb: int = 320  # its own memory while a call runs; more ends the call
    child_data_mb: int = 1_024  # RLIMIT_DATA, the wall behind the watch above
    child_cpu_seconds: int = 60  # RLIMIT_CPU of its whole life; it retires at half of it
    instance_evaluations: int = 1_000  # records an instance answers for its rule; 0: a fresh one for each message
    instance_seconds: float = 5.0
    recycle_batches: int = 5_000
    recycle_rss_mb: int = 200
    start_seconds: float = 30.0

    # one message: a slice is answered when it has taken this long, a portion is sent in one message
    slice_ms: int = 50
    portion_bytes: int = 4 * MEGABYTE

    # the pool
    queue_seconds: float = 30.0
    losses_per_request: int = 5
    losses_per_minute: int = 20

    def milliseconds(self, kind: str) -> int:
        """How long one evaluation of this kind may take, in milliseconds of processor time."""
        return self.filter_ms if kind == "filter" else self.action_ms

    def for_child(self) -> dict[str, Any]:
        """The limits as the child process gets them on its command line."""
        return asdict(self)
