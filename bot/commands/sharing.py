"""A note that its author lets everyone read: said in the topic's thread, under the name that they chose for boards."""

from bot.commands.context import Context
from bot.commands.names import name_of
from bot.commands.scope import Learner
from bot.core.markup import escape
from bot.core.reply import Aloud, Reply
from bot.core.words import words_of
from bot.store import posts
from bot.study.roadmap import Topic

TITLE = "💡 {} on {}"
SOMEBODY = "Somebody of the group"
SHARED = "Your note is shared in {}."
NO_NOTE = "There is no note to share; the record is kept."
NO_THREAD = "The group has no thread on this topic yet, so your note stays yours alone; `/notes` shows it."
NOT_SAID = "It could not be shared just now, so your note stays yours alone; `/notes` shows it."


def takeaway(ctx: Context, who: Learner, topic: Topic, note: str, mark: int) -> tuple[Aloud | None, str]:
    """What is said in the topic's thread, if there is one, and what its author, a member by now, is told about that."""
    if not note:
        return None, NO_NOTE
    prompt = posts.sent_prompt_of(ctx.session, who.group.row, who.edition.ids[topic.key])
    if prompt is None or not prompt.thread_id:
        return None, NO_THREAD
    title = TITLE.format(escape(_name(who, name_of(ctx))), escape(topic.title))
    said = Reply(title, escape(note), private=False)
    url = ctx.message_url(who.group.channel, prompt.message_id)
    discussion = words_of(ctx.request.platform).discussion
    shared = SHARED.format(discussion.format(thread=prompt.thread_id, url=url))
    return Aloud(prompt.thread_id, said, f"s{mark}", shared, NOT_SAID), shared


def _name(who: Learner, name: str) -> str:
    """How boards show the author, whichever of their accounts has chosen it; who is hidden is nobody by name here."""
    if who.member is None or who.member.hidden:
        return SOMEBODY
    return who.member.alias or name
