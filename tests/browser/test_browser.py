"""What a visitor of the demo sees and does, in a real browser."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.chromium import Page, chromium, find_chromium
from tests.browser.demo import arrive, demo, send

PROGRAM = find_chromium()
# CI has a browser; without one there its test must fail and not be left out.
pytestmark = pytest.mark.skipif(
    PROGRAM is None and not os.environ.get("CI"), reason="there is no Chromium on the PATH"
)
DONE = "button.component-button.button-style-3"
"""The green button; the last one belongs to the newest answer."""
CLICKED = (
    f"(async () => {{ [...document.querySelectorAll('{DONE}')].pop().click();"
    " for (let i = 0; i < 60; i++) { await new Promise(go => setTimeout(go, 50));"
    " if (document.body.innerText.includes('ecorded: ')) return true } return false })()"
)

IN_SIGHT = (
    "(() => {{ const seen = document.querySelector('#channel-timeline').getBoundingClientRect();"
    " const last = [...document.querySelectorAll('#channel-message-list article')].pop();"
    " const box = last.getBoundingClientRect();"
    " return last.innerText.includes('{}') && box.top >= seen.top - 1 && box.top < seen.bottom - 20 }})()"
)
"""Whether the newest message has these words and begins where one sees it."""


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """The demo's page, with the newest topic in sight."""
    assert PROGRAM is not None, "CI needs a Chromium"
    async with demo("--keep", str(tmp_path / "kept.db")) as (address, _), chromium(PROGRAM) as browser:
        page = await browser.open(address)
        await arrive(page)
        yield page


async def test_a_visitor_studies_in_the_demo(page: Page) -> None:
    """The demo's page opens at the newest message; /next answers in sight, Done records, /forward brings a topic."""
    await page.until(IN_SIGHT.format("Show and tell on Friday"), "the newest message in sight")
    await send(page, "/next")
    await page.text("What remains")
    await page.until(IN_SIGHT.format("What remains"), "the answer in sight")
    # The page ignores a click while it is busy with the answer before; a second one would say "Already recorded".
    await page.until(CLICKED, "the answer to Done")
    await send(page, "/forward")
    await page.text("Topic 6 of 14")
