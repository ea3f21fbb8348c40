"""One log for the bot and its libraries: readable at a terminal, JSON for machines, and never a secret."""

import logging
import re
import sys
from collections.abc import Iterable

from bot.core.absent import absent

# For its tracebacks structlog loads rich, where Typer has brought that along: 4 MB for what is not wanted here, since
# they print the values of local variables.
with absent("rich"):
    import structlog
    from structlog.types import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
_SECRETS = re.compile(
    r"[\w-]{23,}\.[\w-]{6,7}\.[\w-]{27,}"  # a Discord token
    r"|(?<=/interactions/)(?P<id>\d+)/[\w-]{20,}"  # the token of an interaction
    r"|(?<=/webhooks/)(?P<hook>\d+)/[\w-]{20,}"
    r"|\bx(?:ox[a-z](?:\.[a-z]+)?|app)-[\w-]{8,}"  # a token of Slack's
    r"|(?<=hooks\.slack\.com/)[\w/-]+"  # where anybody can answer somebody
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"  # user and password in an address
)
_LEAST = {
    "discord": logging.INFO,  # at DEBUG it writes the bodies of requests into the log
    "slack_bolt": logging.INFO,  # as discord
    "slack_sdk": logging.INFO,  # as discord
    "asyncio": logging.INFO,
    "apscheduler": logging.ERROR,  # it would announce every tick, and each that a long one leaves out
    "alembic.runtime.plugins": logging.WARNING,
    "psycopg": logging.ERROR,  # a batch that PostgreSQL refuses is run again, and this calls it an error ignored
}


def set_up(level: str = "INFO", style: str = "auto", secrets: Iterable[str] = ()) -> None:
    """Send every log line to standard error. `secrets` are hidden wherever they appear."""
    readable = sys.stderr.isatty() if style == "auto" else style == "text"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper("iso"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(readable=readable),
                _hiding(secrets),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _LEAST.items():
        logging.getLogger(name).setLevel(max(least, root.level))


def _rendering(*, readable: bool) -> list[Processor]:
    if readable:
        # Without rich's tracebacks, which print the values of local variables.
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]


def _hiding(secrets: Iterable[str]) -> Processor:
    exact = tuple(secret for secret in secrets if secret)

    def hide(_logger: WrappedLogger, _method: str, line: EventDict | str) -> str:
        """Come last, so that the text of an exception is cleaned as well."""
        text = str(line)
        for secret in exact:
            text = text.replace(secret, HIDDEN)
        return _SECRETS.sub(lambda found: f"{found['id'] or found['hook'] or ''}{HIDDEN}", text)

    return hide
