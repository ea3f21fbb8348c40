"""A headless Chromium, driven over its DevTools protocol: open a page, run JavaScript, type, take a picture."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The page is on this machine; everything that Chromium would fetch by itself is turned off.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--hide-scrollbars",
)
PATIENCE = 20.0
KEYS = {"Enter": (13, "\r"), "Tab": (9, "\t"), "Escape": (27, "")}


def find_chromium() -> str | None:
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._ids = socket, count(1)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a DevTools method and return its result. Raises AssertionError with the browser's words."""
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == number:
                    assert "error" not in answer, answer
                    result: dict[str, Any] = answer["result"]
                    return result

    async def run(self, script: str) -> Any:
        """Evaluate JavaScript and return its value."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, script: str, what: str) -> Any:
        """Wait until JavaScript is true; fail with what was waited for and the page's text."""
        try:
            async with asyncio.timeout(PATIENCE):
                # Another process changes the page, so that it can only be looked at again.
                while not (value := await self.run(script)):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                return value
        except TimeoutError:
            text = await self.run("document.body.innerText")
            raise AssertionError(
                f"{what} did not appear within {PATIENCE:g} s. The page says:\n{text[-3000:]}"
            ) from None

    async def text(self, words: str) -> None:
        """Wait until the page shows some words."""
        await self.until(f"document.body?.innerText.includes({json.dumps(words)})", repr(words))

    async def click(self, selector: str) -> None:
        """Click the middle of the last element that a CSS selector finds, as a mouse does."""
        box = await self.until(
            f"(() => {{ const all = document.querySelectorAll({json.dumps(selector)}); const e = all[all.length - 1];"
            " if (!e) return null; e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            " return b.width ? [b.x + b.width / 2, b.y + b.height / 2] : null })()",
            selector,
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1
            )

    async def type(self, text: str) -> None:
        """Type text into what has the focus."""
        await self.call("Input.insertText", text=text)

    async def press(self, key: str) -> None:
        """Press a key."""
        code, text = KEYS[key]
        common: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    async def picture(self, file: Path, selector: str) -> None:
        """Save the part of the page that an element covers as a PNG."""
        x, y, width, height = await self.run(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [b.x, b.y, b.width, b.height] })()"
        )
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
        shot = await self.call("Page.captureScreenshot", format="png", clip=clip)
        await asyncio.to_thread(file.write_bytes, base64.b64decode(shot["data"]))


class Chromium:
    """The browser as a process."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session, self._port = session, port

    async def open(self, address: str, width: int = 1200, height: int = 900) -> Page:
        """Open an address in a tab of that size."""
        where = f"http://127.0.0.1:{self._port}/json/new?about:blank"
        async with self._session.put(where) as answer:
            tab = await answer.json(content_type=None)
        page = Page(await self._session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0))
        await page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        await page.call("Page.navigate", url=address)
        return page


@asynccontextmanager
async def chromium(program: str) -> AsyncIterator[Chromium]:
    """Start the browser with a new profile, and end it."""
    with TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program, *FLAGS, f"--user-data-dir={profile}", "about:blank", stderr=asyncio.subprocess.PIPE
        )
        try:
            async with aiohttp.ClientSession() as session:
                yield Chromium(session, await _port(process))
        finally:
            process.terminate()
            await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stderr:
            if b"DevTools listening on" in line:
                return int(line.split(b":")[2].split(b"/")[0])
    raise AssertionError("Chromium ended before it listened")
