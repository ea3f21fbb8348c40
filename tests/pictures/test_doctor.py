"""`doctor` says whether pictures can be drawn here."""

import pytest

from bot.cli.checks import _pictures
from bot.pictures import clusters, drawing, fonts


def test_doctor_draws_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is well where one can be drawn, and it says which scripts are not where FriBiDi is missing."""
    monkeypatch.setattr(fonts, "shapes", lambda: True)
    assert _pictures().verdict == "ok"
    monkeypatch.setattr(fonts, "shapes", lambda: False)
    assert (_pictures().verdict, "libfribidi" in _pictures().text) == ("warn", True)


def test_doctor_says_how_to_have_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is missing is named, and is no fault: answers are complete without."""

    def missing(_: object) -> bytes:
        clusters.package_folder("no_such_fonts")
        return b""

    monkeypatch.setattr(drawing, "draw", missing)
    found = _pictures()
    assert found.verdict == "warn"
    assert "no_such_fonts" in found.text
    assert "roadmate[pictures]" in found.text
