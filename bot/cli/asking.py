"""Asking the bot that runs how it is, at the address where it tells that."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.settings import Settings

PATIENCE = 5.0
"""Seconds within which a running bot answers."""


def ask(settings: "Settings", path: str) -> Any:
    """What the running bot answers. Raises OSError when none does."""
    import json
    from http.client import HTTPConnection, HTTPException

    # A server that listens everywhere is asked at home.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.health_host, settings.health_host)  # noqa: S104
    connection = HTTPConnection(host, settings.health_port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
    except (HTTPException, ValueError) as error:
        raise OSError(f"something else is at {host}:{settings.health_port}") from error
    finally:
        connection.close()
    if not isinstance(answer, dict) or not {"roadmate", "problems"} & answer.keys():
        raise OSError(f"something else is at {host}:{settings.health_port}")
    return answer
