"""Refusals: what the game says no to, as a sentence for the person who asked."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a defect
    """The request is understood and the answer is no. `str(refused)` is what the player reads.

    `code` is a stable word for programs. The API answers 409, a page shows the sentence with 422.
    """

    code = "refused"

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code


class NotAllowed(Refused):
    """The person may see the thing but not do this to it. The API answers 403."""

    code = "not_allowed"


class Invalid(Refused):
    """The input itself cannot be right, whoever sends it and whenever. The API answers 400.

    `field` names the input that is wrong, where it is one.
    """

    code = "invalid"

    def __init__(self, sentence: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(sentence, code=code)
        self.field = field


class TooMany(Refused):
    """Somebody has tried too often. The API answers 429; `seconds` is how long he has to wait."""

    code = "too_many"

    def __init__(self, sentence: str, *, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds
