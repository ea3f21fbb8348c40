"""What a group finished on each day: the one thing that is added up over marks when somebody asks."""

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bot.store.tables import MarkRow, Member
from bot.study.progress import Act


def finished_by_day(session: Session, group_id: int, since: date) -> Counter[date]:
    """How much the members of a group finished on each day from `since` on, less what was taken back."""
    undoing: Any = aliased(MarkRow)
    of_group = col(MarkRow.member_id).in_(select(col(Member.id)).where(col(Member.group_id) == group_id))
    finished = (
        select(col(MarkRow.day), func.count())
        .where(of_group, col(MarkRow.act) == Act.FINISHED.value, col(MarkRow.day) >= since)
        .group_by(col(MarkRow.day))
    )
    taken_back = finished.join(undoing, undoing.undoes == col(MarkRow.id)).where(
        undoing.member_id == col(MarkRow.member_id), undoing.act == Act.UNDONE.value
    )
    connection = session.connection()
    found = Counter({day: int(count) for day, count in connection.execute(finished)})
    found.subtract({day: int(count) for day, count in connection.execute(taken_back)})
    return found
