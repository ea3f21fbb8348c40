"""Everything that comes from the environment, validated once; `.env.example` explains it to the operator."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.shards import ALL, Shards

ENV_FILE = Path(".env")
DATABASES = ("sqlite:///", "postgresql+psycopg://")
"""How the address of a database begins."""
_NO_FILE = (DATABASES[0], f"{DATABASES[0]}:memory:")
_SERVER = re.compile(r"[^/]*//(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?]+\]|[^/:?]*)(?::\d*)?(?:[/?].*)?")
SHORTEST_KEY = 32


class Settings(BaseSettings):
    """What an operator can set: DATABASE_URL sets `database_url`. The environment wins over `.env`."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    discord_token: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str = ""
    slack_client_secret: SecretStr | None = None
    slack_key: SecretStr | None = None
    slack_host: str = "127.0.0.1"
    slack_port: Annotated[int, Field(ge=0, le=65535)] = 3000
    database_url: str = "sqlite:///roadmate.db"
    roadmap_folder: DirectoryPath | None = None
    catch_up_hours: Annotated[float, Field(ge=0, le=168)] = 36
    purge_days: Annotated[int, Field(ge=1, le=3650)] = 30
    tick_seconds: Annotated[int, Field(ge=1, le=60)] = 15
    backup_keep: Annotated[int, Field(ge=0, le=1000)] = 7
    backup_folder: Path | None = None
    erased_file: Path | None = None
    health_host: str = "127.0.0.1"
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    shards: Annotated[Shards, NoDecode] = ALL
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "text", "json"] = "auto"

    @field_validator(
        "discord_token",
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_client_secret",
        "slack_key",
    )
    @classmethod
    def _without_spaces(cls, token: SecretStr | None) -> SecretStr | None:
        # Copying a token easily takes a space or a line break along.
        stripped = token.get_secret_value().strip() if token else ""
        return SecretStr(stripped) if stripped else None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(DATABASES):
            raise ValueError(f"should begin with {' or '.join(DATABASES)}")
        if url in _NO_FILE:
            raise ValueError("should name a file, like sqlite:///roadmate.db")
        if not _SERVER.fullmatch(url):
            raise ValueError("should be like postgresql+psycopg://user:password@host:5432/database")
        return url

    @field_validator("erased_file")
    @classmethod
    def _writable_list(cls, file: Path | None) -> Path | None:
        # Else it would come out when the first person asks to be forgotten.
        if file is not None and (file.is_dir() or not file.parent.is_dir()):
            raise ValueError("should name a file in a folder that exists")
        return file

    @model_validator(mode="after")
    def _whole_slack(self) -> Self:
        if missing := self._missing_for_slack():
            raise ValueError(missing)
        return self

    def _missing_for_slack(self) -> str:
        """What Slack still needs, if anything is set for it."""
        way_in = self.slack_app_token or self.slack_signing_secret
        given = "SLACK_APP_TOKEN" if self.slack_app_token else "SLACK_SIGNING_SECRET"
        installed = self.slack_client_secret and self.slack_key and self.slack_signing_secret
        mistakes = {
            "SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID for several; set one of them.": (
                self.slack_bot_token and self.slack_client_id
            ),
            f"{given} needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID for several workspaces.": (
                way_in and not self.serves_slack
            ),
            "SLACK_BOT_TOKEN needs SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET and a public address.": (
                self.slack_bot_token and not way_in
            ),
            "SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET, SLACK_KEY and SLACK_SIGNING_SECRET as well.": (
                self.slack_client_id and not installed
            ),
            f"SLACK_KEY should be at least {SHORTEST_KEY} characters that nobody can guess.": (
                self.slack_key and min(map(len, self.slack_keys), default=0) < SHORTEST_KEY
            ),
        }
        return self._wrong_for_slack() or next((text for text, so in mistakes.items() if so), "")

    def _wrong_for_slack(self) -> str:
        """Which of Slack's kinds of tokens stands where another one should."""
        kinds = ("slack_bot_token", "xoxb-", "Install App"), ("slack_app_token", "xapp-", "Basic Information")
        for name, begins, page in kinds:
            token = getattr(self, name)
            if token and not token.get_secret_value().startswith(begins):
                return f"{name.upper()} should begin with {begins} (your app's page {page})."
        return ""

    @property
    def secrets(self) -> list[str]:
        """Whatever nobody may read in a log."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    @property
    def serves_slack(self) -> bool:
        """Whether anything says which workspaces."""
        return bool(self.slack_bot_token or self.slack_client_id)

    @property
    def slack_keys(self) -> tuple[str, ...]:
        """The keys that seal and open installations; several stand with commas between them."""
        text = self.slack_key.get_secret_value() if self.slack_key else ""
        return tuple(key.strip() for key in text.split(",") if key.strip())

    @field_validator("shards", mode="before")
    @classmethod
    def _typed_shards(cls, value: object) -> object:
        return Shards.parse(value) if isinstance(value, str) else value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _any_case(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        return value.upper() if info.field_name == "log_level" else value.lower()


def explain(error: ValidationError | UnicodeDecodeError) -> list[str]:
    """Say what is wrong with the settings, a line for each, by their names in the environment."""
    if isinstance(error, UnicodeDecodeError):
        return [f"{ENV_FILE} is not a UTF-8 text. Save it as UTF-8."]
    return [_sentence(".".join(map(str, f["loc"])), f["msg"]) for f in error.errors(include_url=False)]


PLAINLY = {
    "Path does not point to a directory": "should be a folder that is there",
    "should be a valid integer, unable to parse string as an integer": "should be a whole number",
    "should be a valid number, unable to parse string as a number": "should be a number",
}
"""What pydantic says in a programmer's words."""


def _sentence(name: str, message: str) -> str:
    for start in ("Value error, ", "Input "):
        message = message.removeprefix(start)
    message = PLAINLY.get(message, message)
    # What is about several settings names them itself.
    return f"{name.upper()} {message[:1].lower()}{message[1:]}" if name else message


def misspelt(env_file: Path = ENV_FILE) -> Iterator[str]:
    """Name what stands in `.env`, is no setting, and looks as if it were meant to be one."""
    from dotenv import dotenv_values

    known = [name.upper() for name in Settings.model_fields]
    for name in dotenv_values(env_file):
        near = get_close_matches(name.upper(), known, 1, 0.8)
        if near and name.upper() not in known:
            yield f"{name} in {env_file} is no setting. Did you mean {near[0]}?"
