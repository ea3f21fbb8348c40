"""Make the pictures of the README from the running demo: `python -m tests.browser.pictures`."""

import asyncio
import json
from pathlib import Path

from tests.browser.chromium import Page, chromium, find_chromium
from tests.browser.demo import arrive, demo, send

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
CHANNEL = "main"
WIDTH, HEIGHT = 960, 1000


async def show(page: Page, words: str) -> None:
    """Scroll to the newest message with these words."""
    await page.text(words)
    await page.until("[...document.images].every(i => i.complete && i.naturalWidth)", "every picture")
    await page.run(
        f"(() => {{ const found = [...document.querySelectorAll('article')]"
        f".filter(e => e.innerText.includes({json.dumps(words)})).pop();"
        " found.style.scrollMarginTop = '60px'; found.scrollIntoView({block: 'start'}) })()"
    )
    # Two frames later the page has drawn what it scrolled to, in its own fonts.
    await page.run("document.fonts.ready.then(() => true)")
    await page.run("new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")


async def main() -> None:
    """Write every picture."""
    program = find_chromium()
    assert program is not None, "there is no Chromium on the PATH"
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with demo() as (address, _), chromium(program) as browser:
        page = await browser.open(address, WIDTH, HEIGHT)
        await arrive(page)
        for command, words in (("/next", "What remains"), ("/leaderboard", "Leaderboard ·")):
            await send(page, command)
            await show(page, words)
            await page.picture(FOLDER / f"{command[1:]}.png", CHANNEL)
        await show(page, "Topic 5 of 14")
        await page.picture(FOLDER / "week.png", CHANNEL)


if __name__ == "__main__":
    asyncio.run(main())
