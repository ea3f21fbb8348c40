"""An answer on its way: put into words early where that is possible, and what is left to do once it was saved."""

from collections.abc import Callable, Mapping

from bot.commands.direct import only_direct
from bot.core.command import Command
from bot.core.platform import Ahead
from bot.core.reply import Draft, Reply


class Wording:
    """What a command answered, put into words once. `only` leaves the buttons that work in a direct message.

    The disk takes longer than the words, so `early` has them made, and made ready by whoever is told ahead, in the loop
    while the transaction is being committed.
    """

    def __init__(
        self, answer: Reply | Draft, ahead: Ahead | None, only: Mapping[str, Command] | None
    ) -> None:
        self._answer, self._ahead, self._only = answer, ahead, only
        self._reply: Reply | None = None

    def reply(self) -> Reply:
        """The answer in words. Raises what putting it into words does."""
        if self._reply is None:
            found = self._answer if isinstance(self._answer, Reply) else self._answer()
            self._reply = found if self._only is None else only_direct(found, self._only)
        return self._reply

    def early(self) -> None:
        """Have it ready before it is asked for."""
        try:
            reply = self.reply()
        except Exception:  # noqa: BLE001 - whoever asks for the answer meets the same, and can tell of it
            return
        if self._ahead is not None:
            self._ahead(reply)


class Told:
    """Who is told an answer ahead, whether what it tells of is saved, and what is done once it is on its way."""

    def __init__(self, ahead: Ahead | None = None) -> None:
        self.ahead = ahead
        self.saved = False
        self.afterwards: list[Callable[[], None]] = []
