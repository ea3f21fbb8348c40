"""Which roles Roadmate can and should give, and what to do about those that it can't."""

from bot.core.markup import bold
from bot.core.reply import refuse
from bot.core.request import Role
from bot.core.text import clean, join_words

LABEL = 80
NOT_GIVABLE = "That role can't be given"
EVERYONE, MANAGED = (
    "Everybody has it already.",
    "It belongs to an app or a subscription, which alone gives it.",
)
DANGEROUS = (
    "It gives {}, and nobody should get that by studying. Choose a role without such permissions: one that only shows "
    "what somebody has done."
)
LACKING = "Roadmate lacks {}"
LACKING_TEXT = (
    "Open the server's settings → Roles → Roadmate, switch **Manage Roles** on, and say this again. "
    "Nothing was changed."
)
ABOVE = "That role stands above Roadmate's"
ABOVE_TEXT = (
    "Open the server's settings → Roles, drag Roadmate's role above {}, and say this again. "
    "Nothing was changed."
)


def check_givable(role: Role) -> None:
    """Raise Refused, with what to do, for a role that can't or should not be given."""
    if role.everyone or role.managed:
        raise refuse(NOT_GIVABLE, EVERYONE if role.everyone else MANAGED)
    if role.dangers:
        raise refuse(NOT_GIVABLE, DANGEROUS.format(join_words([bold(danger) for danger in role.dangers[:5]])))
    if role.missing:
        raise refuse(LACKING.format(join_words(role.missing)), LACKING_TEXT)
    if role.in_reach is False:
        raise refuse(ABOVE, ABOVE_TEXT.format(bold(clean(role.name, LABEL))))
