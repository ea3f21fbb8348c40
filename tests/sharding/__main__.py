"""`python -m tests.sharding [10000]`: four processes and that many groups due at once; and again with one killed."""

import asyncio
import sys
import time
from datetime import timedelta

from bot.store.queue import LEASE
from tests import postgres
from tests.makers import MONDAY
from tests.sharding.crowd import QUARTERS, Crowd


async def main(groups: int) -> None:
    """Print what became of them."""
    with postgres.server() as server:
        for life in (0, groups // 8):
            with server.fresh() as url:
                crowd = Crowd(url, groups)
                crowd.gather()
                began = time.monotonic()
                codes = await crowd.serve(*QUARTERS, life=life)
                if life:
                    seen = crowd.one("SELECT count(*) FROM seen")
                    print(f"one killed after {life:,} sends, {seen:,} posted by then")
                    codes = await crowd.serve(QUARTERS[0], now=MONDAY + LEASE + timedelta(seconds=1))
                report(crowd, codes, time.monotonic() - began)


def report(crowd: Crowd, codes: list[int], took: float) -> None:
    """Count what the chat has seen."""
    seen, again = crowd.rows("SELECT count(*), coalesce(sum(sends - 1), 0) FROM seen")[0]
    posts = crowd.one("SELECT count(*) FROM post WHERE state = 'sent'")
    threads = crowd.one("SELECT count(*) FROM thread WHERE opened = 1")
    print(
        f"{crowd.groups:,} groups: {seen:,} posts seen, {crowd.groups - seen:,} lost, {seen - posts:,} doubled, "
        f"{again} sent again under the same nonce, {threads:,} threads, {len(crowd.strays())} strays, "
        f"exit codes {codes}, {took:.0f} s"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
