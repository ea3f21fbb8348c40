"""The demo as a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.browser.chromium import Page

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@asynccontextmanager
async def demo(*args: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """Start `python -m bot demo` on a free port; give its address and the process, which is ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", "--no-open", "--port", "0", *args),
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield await _address(process), process
    finally:
        if process.returncode is None:
            # Asked and not killed, so that it removes its folder.
            process.terminate()
            await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stdout:
            if line.startswith(b"http://127.0.0.1:"):
                return line.decode().strip()
        raise AssertionError((await process.stderr.read()).decode())


async def arrive(page: Page) -> None:
    """Wait until the channel is there with the newest topic."""
    await page.text("Topic 5 of 14")
    await page.until("!!document.querySelector('#channel-composer-input')", "the composer")


async def send(page: Page, command: str) -> None:
    """Type a command without options and send it with the arrow, as a visitor would."""
    await page.click("#channel-composer-input")
    await page.type(command)
    await page.until("!!document.querySelector('.command-popup [role=option]')", "the list of commands")
    await page.press("Enter")
    await page.until(f"{CHIP}?.innerText.trim() === '{command}'", "the chosen command")
    await page.until(SENT, "an empty composer")


CHIP = "document.querySelector('.command-row .command-chip')"
# The arrow does nothing while the page is still busy with the command that was chosen, so it may take two clicks.
SENT = (
    "(async () => { document.querySelector('#send-message').click();"
    f" for (let i = 0; i < 40 && {CHIP}; i++) await new Promise(go => setTimeout(go, 50));"
    f" return !{CHIP} }})()"
)
