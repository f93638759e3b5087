"""What can go wrong, told to the person who must act.

Every error is one sentence in three parts, in Chinese and in English: what happened, where, what
to do. `heals` says whether trying again can help (a network that was down) or cannot (a wrong
file).
"""

from __future__ import annotations

from gongkai.text import Text


class GongkaiError(Exception):
    """An error whose text is written for a steward or a clerk.

    The text never holds a password, a token or a value of a data row.
    """

    heals = False
    exit_code = 1

    def __init__(self, what: Text, *, where: str, do: Text) -> None:
        self.what = what
        self.where = where
        self.do = do
        zh, en = f"{what.zh}（{where}）。{do.zh}", f"{what.en} ({where}). {do.en}"
        super().__init__(f"{zh} · {en}")


class Unforeseen(GongkaiError):
    """What nobody foresaw happened; `where` names the file that tells the developers more."""

    def __init__(self, error: Exception, *, where: str) -> None:
        kind = type(error).__name__
        super().__init__(
            Text(
                f"发生了没有预料到的情况（{kind}）", f"something nobody foresaw happened ({kind})"
            ),
            where=where,
            do=Text("请把该文件发给开发人员。", "Send that file to the developers."),
        )


class WrongCall(GongkaiError):
    """The command was called with words that mean nothing here."""

    exit_code = 2


class BrokenContract(GongkaiError):
    """A contract, source declaration, transform or suite of the project does not hold together."""


class SourceUnreachable(GongkaiError):
    """A department system did not answer, or has trouble: trying again can help."""

    heals = True


class SourceRefused(GongkaiError):
    """A department system refused us: a wrong password or key. Trying again cannot help."""


class LandingFailed(GongkaiError):
    """What was received cannot be kept: nothing goes on without it. Space that is made heals it."""

    heals = True


class BrokenDelivery(GongkaiError):
    """What a department delivered is not what its source declares."""


class SuiteFailed(GongkaiError):
    """A critical dataset rule does not hold for what was accepted."""


class PortalUnreachable(GongkaiError):
    """The portal did not answer: trying again can help."""

    heals = True


class PortalRefused(GongkaiError):
    """The portal answered that it will not do what was asked."""


class Busy(GongkaiError):
    """Another run works on the same dataset."""

    heals = True


class Overtaken(GongkaiError):
    """What was prepared no longer follows the latest edition."""
