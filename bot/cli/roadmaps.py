"""`roadmap list`, `roadmap show` and `roadmap check`, for the author of a roadmap."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.environment import read_settings
from bot.core.errors import StartupError
from bot.core.text import plural

if TYPE_CHECKING:
    from bot.study.roadmap import Roadmap, Topic

cli = typer.Typer(help="Look at the roadmaps, or check one that you write.", no_args_is_help=True)
Folder = Annotated[
    Path | None, typer.Option(help="Where the roadmaps are; else ROADMAP_FOLDER, else those that came along.")
]


@cli.command("list")
def list_(folder: Folder = None) -> None:
    """Name every roadmap."""
    for roadmap in _load(folder):
        typer.echo(f"{roadmap.key:16}  {roadmap.title}  ({_size(roadmap)})")


@cli.command()
def show(
    key: Annotated[str, typer.Argument(help="Which one, by the name that `roadmap list` says first.")],
    folder: Folder = None,
) -> None:
    """Print a roadmap as the group will study it."""
    roadmaps = {roadmap.key: roadmap for roadmap in _load(folder)}
    if key not in roadmaps:
        raise StartupError(f"There is no roadmap {key}. There is: {', '.join(roadmaps)}")
    for line in _pages(roadmaps[key]):
        typer.echo(line)


@cli.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Files or folders; else all roadmaps.")] = None,
    folder: Folder = None,
) -> None:
    """Report every problem as file:line:column, with a suggestion."""
    from bot.study.reading import RoadmapInvalid
    from bot.study.roadmap_files import load_file, load_folder

    problems = 0
    for path in files or [_folder(folder)]:
        try:
            roadmaps = load_folder(path) if path.is_dir() else [load_file(path)[0]]
        except RoadmapInvalid as error:
            typer.echo(error)
            problems += len(error.problems)
        else:
            for roadmap in roadmaps:
                typer.echo(f"{path}: {roadmap.key} is fine ({_size(roadmap)})")
    if problems:
        typer.echo(f"{problems} {'problem' if problems == 1 else 'problems'}", err=True)
        raise typer.Exit(1)


def _folder(folder: Path | None) -> Path:
    from bot.study.roadmap_files import default_folder

    return folder or read_settings().roadmap_folder or default_folder()


def _load(folder: Path | None) -> "list[Roadmap]":
    from bot.study.reading import RoadmapInvalid
    from bot.study.roadmap_files import load_folder

    try:
        return load_folder(_folder(folder))
    except RoadmapInvalid as error:
        raise StartupError(str(error)) from error


def _size(roadmap: "Roadmap") -> str:
    topics = roadmap.topics
    resources = [r for t in topics for r in t.resources]
    extras = sum(r.extra for r in resources)
    found = [plural(len(topics), "topic"), plural(len(resources) - extras, "resource")]
    found += [plural(extras, "extra")] if extras else []
    return ", ".join([*found, plural(sum(t.hours for t in topics), "hour")])


def _pages(roadmap: "Roadmap") -> Iterator[str]:
    yield from (roadmap.title, _size(roadmap), "", roadmap.summary)
    for section in roadmap.sections:
        yield from ("", section.title)
        for topic in section.topics:
            yield f"  {topic.key:24}  {topic.title} ({topic.hours} h{_needs(topic)})"
            yield f"  {'':24}  {topic.goal}"
    yield ""
    for source in roadmap.credits:
        by, at = f" by {source.author}" if source.author else "", f": {source.url}" if source.url else ""
        yield f"Based on {source.name}{by}{at}"


def _needs(topic: "Topic") -> str:
    return f"; after {', '.join(topic.requires)}" if topic.requires else ""
