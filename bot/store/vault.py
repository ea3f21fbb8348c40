"""Sealed texts of a platform, one for each workspace: what is in them, the database does not know."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.store.database import Database
from bot.store.tables import Installation


@dataclass(frozen=True, slots=True)
class Vault:
    """The texts of one platform."""

    database: Database
    platform: str

    async def get(self, workspace: str) -> str | None:
        """What was put there for a workspace, or None."""

        def work(session: Session) -> str | None:
            found = session.get(Installation, (self.platform, workspace))
            return found.sealed if found else None

        return await self.database.read(work)

    async def put(self, workspace: str, sealed: str) -> None:
        """Keep a text for a workspace, in place of what was there."""

        def work(session: Session) -> None:
            session.merge(Installation(platform=self.platform, external_id=workspace, sealed=sealed))

        await self.database.write(work)

    async def drop(self, workspace: str) -> None:
        """Keep nothing for it any more."""

        def work(session: Session) -> None:
            if found := session.get(Installation, (self.platform, workspace)):
                session.delete(found)

        await self.database.write(work)

    async def names(self) -> Sequence[str]:
        """The workspaces that something is kept for."""
        wanted = select(Installation.external_id).where(Installation.platform == self.platform)
        return await self.database.read(
            lambda session: session.exec(wanted.order_by(col(Installation.external_id))).all()
        )
