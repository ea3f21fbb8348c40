"""SimCord's page as a visitor of the demo needs it; it has no settings for this."""

from pathlib import Path

from simcord.preview import _markdown, _server

FOLLOW = Path(__file__).with_name("follow.js")
_OWN = "/simcord.js"


def adapt() -> None:
    """Show channels by name in embeds, as Discord does, and scroll to each new answer. Again changes nothing."""
    for part in ("embed_description", "embed_field_value"):
        _markdown._FIELD_POLICIES[part]["mentions"] = True  # noqa: SLF001
    files = _server.PreviewServer._STATIC_FILES  # noqa: SLF001
    # An absolute path wins over the folder of SimCord's own files.
    files |= {_OWN: "app.js", "/app.js": str(FOLLOW)}
