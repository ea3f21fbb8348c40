"""What people read where a request could not be done: what happened, that nothing is lost, what to do next."""

from bot.core.reply import Reply, Tone

UNKNOWN = Reply(
    "That button is from another version",
    "What it did has changed since. Say `/next` or `/help` to get fresh buttons.",
    tone=Tone.WARN,
)
NOT_ORGANIZER, NOT_ORGANIZER_TEXT = "That is for organizers", "Only {} can do that. Nothing was changed."
BUSY = Reply(
    "Not saved, please try again",
    "The database was busy. What was recorded before is safe; send it again in a moment.",
    tone=Tone.WARN,
)
UNWRITABLE = Reply(
    "Not saved",
    "The database can't be written just now. What was recorded before is safe. "
    "Please tell whoever runs Roadmate that the disk is full or read-only.",
    tone=Tone.WARN,
)
UNREACHABLE = Reply(
    "The database can't be reached just now",
    "What was recorded before is safe. Please send it again in a moment: nothing counts twice.",
    tone=Tone.WARN,
)
TOO_FAST, TOO_FAST_TEXT = (
    "One moment, please",
    ("That was a lot at once, so this was not done. Send it again in {}; what you recorded before is safe."),
)
FAULT = "Something went wrong on our side"
FAULT_TEXT = (
    "Nothing was lost and nothing was saved just now. "
    "Please try again; if it stays, tell whoever runs Roadmate: `{}`."
)
SAVED_TEXT = (
    "What you sent is saved, only the answer to it could not be written. There is no need to send it again; "
    "if this stays, tell whoever runs Roadmate: `{}`."
)
