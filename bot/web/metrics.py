"""The figures behind /metrics. Labels come from fixed lists only: no id, no name and no text of anybody."""

from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.web.vitals import Signs

COMMAND_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.5, 3)
TICK_SECONDS = (0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300)
SIGNS = {
    "connected": "Whether Discord is connected (1) or not (0)",
    "gateway_latency_seconds": "From a heartbeat on the gateway to its answer",
    "invalid_requests": "Requests that Discord refused within ten minutes; 10,000 mean a ban",
    "last_tick_age_seconds": "Since the scheduler last got anywhere",
    "database_writable": "Whether a trial write just now succeeded (1) or not (0)",
    "posts_waiting": "Posts that are due and not sent yet",
    "oldest_waiting_seconds": "How long the first of those has been due",
    "backup_age_seconds": "Since the newest daily backup; no number where none are made",
    "marks": "Marks of members ever made",
}
LATE_SECONDS = (5, 15, 30, 60, 300, 900, 3600, 6 * 3600, 36 * 3600)


class Metrics:
    """Counts what it is told about; `text` adds what has to be asked for. Safe to tell from the event loop."""

    def __init__(self) -> None:
        # Without a moment of creation beside each of them, which nothing here reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = own = CollectorRegistry()
        ProcessCollector(registry=own)
        Info("roadmate_build", "The version that runs", registry=own).info({"version": version("roadmate")})
        self._commands = Histogram(
            "roadmate_command_seconds",
            "From a request to its answer, by what became of it",
            ("command", "outcome"),
            buckets=COMMAND_SECONDS,
            registry=own,
        )
        self._posts = Counter(
            "roadmate_posts", "Attempts at a post or its thread", ("kind", "outcome"), registry=own
        )
        self._late = Histogram(
            "roadmate_post_late_seconds",
            "How late a post went out",
            ("kind",),
            buckets=LATE_SECONDS,
            registry=own,
        )
        self._ticks = Histogram(
            "roadmate_tick_seconds", "How long a tick took", ("outcome",), buckets=TICK_SECONDS, registry=own
        )
        self._signs = {name: Gauge(f"roadmate_{name}", text, registry=own) for name, text in SIGNS.items()}
        self._groups = Gauge("roadmate_groups", "Study groups", ("state",), registry=own)
        self._restarts = Gauge(
            "roadmate_task_restarts", "How often a task was started again", ("task",), registry=own
        )

    def command(self, name: str, outcome: str, seconds: float) -> None:
        """A command was answered; the name is one of the command table's."""
        self._commands.labels(name, outcome).observe(seconds)

    def post(self, kind: str, outcome: str, late_seconds: float) -> None:
        """An attempt at a post ended."""
        self._posts.labels(kind, outcome).inc()
        if outcome == "sent":
            self._late.labels(kind).observe(late_seconds)

    def tick(self, outcome: str, seconds: float) -> None:
        """A tick ended."""
        self._ticks.labels(outcome).observe(seconds)

    def text(self, signs: Signs) -> bytes:
        """Everything in Prometheus's text format."""
        for name, gauge in self._signs.items():
            gauge.set(getattr(signs, name))
        for state, count in signs.groups.items():
            self._groups.labels(state).set(count)
        for task, count in signs.restarts.items():
            self._restarts.labels(task).set(count)
        return generate_latest(self.registry)
