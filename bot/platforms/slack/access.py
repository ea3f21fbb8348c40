"""What the bot needs to get into Slack: tokens and secrets from the settings."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Access:
    """Tokens and secrets. With `bot_token` it serves that one workspace, with `client_id` whoever installs it.

    With `app_token` Slack is reached by a socket; with `signing_secret` it reaches us at `host` and `port`. `keys` seal
    what is installed: the first seals, all of them open.
    """

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)
    host: str = "127.0.0.1"
    port: int = 3000
