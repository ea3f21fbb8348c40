"""The files for running it in containers fit together, and fit the bot."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import cli
from bot.settings import Settings
from bot.web.metrics import Metrics

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/dashboards/roadmate.json").read_text("utf-8"))
ALERTS = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
OF_THE_LANGUAGE = {"by", "le", "sum", "max", "min", "rate", "delta", "increase", "histogram_quantile"}
OF_PROMETHEUS = {"up", "job", "instance"}


def expressions() -> Iterator[str]:
    """Every query in the dashboard and the alerts."""
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in ALERTS)


def names() -> set[str]:
    """Every name that the bot exports, of series and of labels."""
    metrics = Metrics()
    metrics.command("next", "ok", 0.1)
    metrics.post("prompt", "sent", 1)
    metrics.tick("ok", 0.1)
    metrics._groups.labels("active").set(1)
    metrics._restarts.labels("ticks").set(1)
    samples = [sample for family in metrics.registry.collect() for sample in family.samples]
    return {sample.name for sample in samples} | {label for sample in samples for label in sample.labels}


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_figure_that_is_asked_for_exists(expression: str) -> None:
    """What the dashboard draws and the alerts watch is exported under that name, with those labels."""
    bare = re.sub(r'"[^"]*"|\[\w+\]|\b\d\S*', "", expression)
    asked = set(re.findall(r"[a-z_]+", bare)) - OF_THE_LANGUAGE - OF_PROMETHEUS
    assert asked <= names()


def test_every_figure_is_looked_at() -> None:
    """No figure of ours is exported for nobody."""
    everything = " ".join(expressions())
    ours = {name for name in names() if name.startswith("roadmate_")}
    unseen = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in ours} - set(
        re.findall(r"roadmate_[a-z_]+?(?=_(?:bucket|sum|count|total)\b|\b)", everything)
    )
    assert unseen <= {"roadmate_build_info"}


def test_every_alert_says_what_to_do() -> None:
    """Somebody who is woken reads more than a name."""
    assert all(len(rule["annotations"]["summary"]) > 40 for rule in ALERTS)
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)


def test_the_bot_is_locked_in() -> None:
    """It runs as an ordinary user on a read-only root, without capabilities or a published port (scenario 46)."""
    bot = SERVICES["bot"]
    assert (bot["read_only"], bot["cap_drop"]) == (True, ["ALL"])
    assert bot["security_opt"] == ["no-new-privileges:true"]
    assert bot["user"].split(":")[0] != "0"
    assert "ports" not in bot
    assert "privileged" not in bot
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert f"USER {bot['user']}" in dockerfile
    assert bot["volumes"] == ["data:/data"]
    assert "VOLUME /data" in dockerfile
    assert '"doctor", "--quick"' in dockerfile


def test_the_bot_starts_alone() -> None:
    """Everything else belongs to the profile, and the bot waits for its server only where there is one."""
    assert [name for name, service in SERVICES.items() if "profiles" not in service] == ["bot"]
    assert {profile for service in SERVICES.values() for profile in service.get("profiles", [])} == {"full"}
    assert SERVICES["bot"]["depends_on"]["postgres"]["required"] is False


def test_only_this_machine_sees_a_port() -> None:
    """What is published is published on loopback."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_mounted_is_there() -> None:
    """Each file of the checkout that a service is given exists; each volume is declared."""
    for service in SERVICES.values():
        for source in (volume.split(":")[0] for volume in service.get("volumes", [])):
            assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"]


def test_the_parts_find_each_other() -> None:
    """Prometheus asks the bot's port, Grafana asks Prometheus, and the dashboard asks that source."""
    scraped = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))
    (target,) = scraped["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target == f"bot:{Settings.model_fields['health_port'].default}"
    assert SERVICES["bot"]["environment"]["HEALTH_HOST"] == "0.0.0.0"  # noqa: S104 - inside the container
    (source,) = yaml.safe_load((DEPLOY / "grafana/datasources/prometheus.yaml").read_text("utf-8"))[
        "datasources"
    ]
    assert source["url"] == "http://prometheus:9090"
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {source["uid"]}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_settings_in_compose_are_settings() -> None:
    """A setting that the bot does not know would do nothing."""
    known = {name.upper() for name in Settings.model_fields}
    assert set(SERVICES["bot"]["environment"]) <= known
    example = (ROOT / ".env.example").read_text("utf-8")
    assert all(re.search(rf"^#?{name}=", example, re.MULTILINE) for name in known)


def test_what_the_manual_types_in_containers_is_there() -> None:
    """Each `docker compose exec` and `run` names a service, and what `roadmate` is told is one of its commands."""
    manual = (ROOT / "docs" / "running.md").read_text("utf-8")
    lines = re.findall(
        r"^docker compose (exec|run --rm(?: --entrypoint \w+)?) (\w+) (\w+) ?(\w*)", manual, re.MULTILINE
    )
    known = {command.name or getattr(command.callback, "__name__", "") for command in cli.registered_commands}
    assert {service for _, service, *_ in lines} <= set(SERVICES)
    entry = 'ENTRYPOINT ["roadmate"]'
    assert entry in (ROOT / "Dockerfile").read_text("utf-8")
    inside = {then for how, _, word, then in lines if how == "exec" and word == "roadmate"}
    instead = {word for how, _, word, _ in lines if how == "run --rm"}
    assert inside | instead == {"doctor", "backup", "restore", "adopt"}
    assert inside | instead <= known
    assert inside & {"restore", "adopt"} == set()
