"""What is kept about a person: /privacy, /mydata export and /mydata delete."""

import gzip
import json
from collections.abc import Mapping
from typing import Any

from bot.commands.context import Context
from bot.commands.options import Moment
from bot.core.identity import account_of, key_of
from bot.core.reply import Attachment, Button, Field, Reply, Style, Tone
from bot.core.text import join_words, plural
from bot.store import accounts, erasures, organizers, people, preferences
from bot.store.tables import Account

PRIVACY = "What Roadmate keeps about you"
PRIVACY_FIELDS = (
    Field(
        "What",
        "Your id and the name that you have in this server; which study groups you joined, and when; what you "
        "recorded with `/done`, `/skip` and `/undo`, with its date, points, hours and note; what you chose with "
        "`/preferences` and said with `/away`; which accounts you made one person with `/link`; which reminders were "
        "sent to you alone, and which roles you were given; and, if you set a group up, that you did. It keeps nothing "
        "that people write in channels, and asks for no list of members.",
    ),
    Field(
        "Why, and who sees it",
        "To tell you what is next and to show that it adds up. The people of the server, and of another that shares "
        "the group, can see your name, progress and points; hours and notes are shown to you alone, unless you share a "
        "note. Nothing is sold, "
        "shared or sent to anybody else.",
    ),
    Field(
        "How long",
        "Until you say `/mydata delete`, also after `/leave`, so that you can come back. When a server removes "
        "Roadmate, everything of that server is deleted, after 30 days unless whoever runs it has set another time. "
        "Backups, and a log that names ids and commands but no texts, are kept as long as they keep them; who was "
        "deleted is deleted again when a backup is restored.",
    ),
)
EXPORT, EXPORT_TEXT = "Your data", "Everything that is kept about you is in this file: {}. Only you see it."
NOTHING, NOTHING_TEXT = "Nothing is kept about you", "You are in no study group and have set none up."
SURE = "Delete everything about you?"
SURE_TEXT = (
    "This takes away {}, with your points and your place on every board, in every server. It can't be undone."
)
YES, TAKE_ALONG = "Delete it all", "Export it first"
DELETED = "Everything about you is deleted"
DELETED_TEXT = (
    "Gone: {}. What is in a channel stays there until someone deletes it, such as a board that was shown to "
    "everyone, and a role that you were given until someone takes it. If you record something again, you begin anew."
)
ABOUT = ("person", "exported_at")
AN_HOUR, FILE, MOST = 3600, "roadmate-my-data.json", 8 * 2**20


def privacy(_ctx: Context) -> Reply:
    """What is kept about you, why and how long."""
    buttons = (
        Button("Export my data", "mydata export", emoji="📄"),
        Button("Delete my data", "mydata delete", emoji="🗑️"),
    )
    return Reply(PRIVACY, "", PRIVACY_FIELDS, buttons)


def export(ctx: Context) -> Reply:
    """Everything that is kept about you, as a file that only you see."""
    found = _everything(ctx)
    if not any(kept for part, kept in found.items() if part not in ABOUT):
        return Reply(NOTHING, NOTHING_TEXT)
    name, text = FILE, json.dumps(found, ensure_ascii=False, indent=1, default=str).encode()
    if len(text) > MOST:
        name, text = f"{FILE}.gz", gzip.compress(text, mtime=0)
    return Reply(EXPORT, EXPORT_TEXT.format(_counted(ctx)), attachment=Attachment(name, text))


def _everything(ctx: Context) -> dict[str, Any]:
    platform, person = ctx.request.platform, ctx.request.person.id
    return {
        "person": {"platform": platform, "id": person},
        "exported_at": ctx.now,
        "groups": [_membership(ctx, row) for row in people.memberships(ctx.session, platform, person)],
        "preferences": _chosen(ctx, "preference"),
        "away": _chosen(ctx, "away"),
        "linked": [_account(account) for account in accounts.accounts_of(ctx.session, _key(ctx))],
        "codes": [{"for": c.kind, "until": c.expires_at} for c in accounts.codes_of(ctx.session, _key(ctx))],
        "named_organizer_in": _named(ctx),
        "organizes": [dict(row) for row in people.organizes(ctx.session, platform, person)],
    }


def _key(ctx: Context) -> str:
    return key_of(ctx.request.platform, ctx.request.person.id)


def _chosen(ctx: Context, table: str) -> list[dict[Any, Any]]:
    """What somebody chose in every workspace, with whichever account."""
    keys = accounts.keys_of(ctx.session, _key(ctx))
    found = [preferences.everything(ctx.session, key)[table] for key in keys]
    return [dict(row) for rows in found for row in rows]


def _named(ctx: Context) -> list[str]:
    """Where somebody was named an organizer, with whichever account."""
    keys = accounts.keys_of(ctx.session, _key(ctx))
    return [name for key in keys for name in organizers.named_in(ctx.session, *account_of(key))]


def _account(found: Account) -> dict[str, Any]:
    platform, person = account_of(found.person)
    return {"platform": platform, "id": person, "name": found.name, "linked_at": found.linked_at}


def _membership(ctx: Context, row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = dict(row)
    member = kept.pop("member_id")
    kept["records"] = [dict(mark) for mark in people.records(ctx.session, member)]
    kept["messages"] = [dict(row) for row in people.messages(ctx.session, member)]
    kept["roles"] = [dict(row) for row in people.roles(ctx.session, member)]
    kept["points"] = [dict(score) for score in people.board_rows(ctx.session, member)]
    return kept


def delete(ctx: Context, asked: Moment = 0) -> Reply:
    """Delete everything that is kept about you, in every server; you are asked once more first."""
    platform, person = ctx.request.platform, ctx.request.person.id
    counted, now = _counted(ctx), int(ctx.now.timestamp())
    if not counted:
        return Reply(NOTHING, NOTHING_TEXT)
    if not 0 <= now - asked <= AN_HOUR:
        yes = Button(YES, "mydata delete", {"asked": now}, Style.DANGER)
        return Reply(
            SURE,
            SURE_TEXT.format(counted),
            buttons=(yes, Button(TAKE_ALONG, "mydata export")),
            tone=Tone.WARN,
        )
    for key in accounts.keys_of(ctx.session, _key(ctx)):
        erasures.remember(ctx.session, *account_of(key), ctx.now, ctx.erased)
        ctx.memory.forget(*account_of(key))
    for group_id in people.erase(ctx.session, platform, person):
        ctx.memory.news.touch(group_id)
    return Reply(DELETED, DELETED_TEXT.format(counted), tone=Tone.GOOD)


def _counted(ctx: Context) -> str:
    """What there is of a person, in words; empty if there is nothing."""
    platform, person = ctx.request.platform, ctx.request.person.id
    groups, marks = people.count_kept(ctx.session, platform, person)
    organized = people.organizes(ctx.session, platform, person)
    facts = [plural(groups, "membership"), plural(marks, "record")] if groups else []
    if _chosen(ctx, "preference") or _chosen(ctx, "away"):
        facts.append("your preferences")
    linked = len(accounts.accounts_of(ctx.session, _key(ctx)))
    if linked:
        facts.append(f"the link of {plural(linked, 'account')}")
    if accounts.codes_of(ctx.session, _key(ctx)):
        facts.append("a code that nobody has entered")
    if named := _named(ctx):
        facts.append(f"the note that you organize in {plural(len(named), 'workspace')}")
    if organized:
        facts.append(f"the note that you set up {plural(len(organized), 'group')}")
    return join_words(facts)
