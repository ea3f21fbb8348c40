"""Everything that comes from the environment, validated once; `.env.example` explains it to the operator."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import DirectoryPath, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.shards import ALL, Shards

ENV_FILE = Path(".env")
DATABASES = ("sqlite:///", "postgresql+psycopg://")
"""How the address of a database begins."""


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

    @field_validator("discord_token")
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
        return url

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
    return [
        f"{'.'.join(map(str, fault['loc'])).upper()} {_sentence(fault['msg'])}"
        for fault in error.errors(include_url=False)
    ]


def _sentence(message: str) -> str:
    for start in ("Value error, ", "Input "):
        message = message.removeprefix(start)
    return message[:1].lower() + message[1:]


def misspelt(env_file: Path = ENV_FILE) -> Iterator[str]:
    """Name what stands in `.env`, is no setting, and looks as if it were meant to be one."""
    from dotenv import dotenv_values

    known = [name.upper() for name in Settings.model_fields]
    for name in dotenv_values(env_file):
        near = get_close_matches(name.upper(), known, 1, 0.8)
        if near and name.upper() not in known:
            yield f"{name} in {env_file} is no setting. Did you mean {near[0]}?"
