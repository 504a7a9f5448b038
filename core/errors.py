"""Errors with a sentence for the user: a service raises one when it refuses a request."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a defect
    """The request is valid, but the rules or the current state forbid it. `str(refused)` is what the player reads.

    `code` is a stable identifier for programs. The API responds with 409; a page shows the sentence with status 422.
    """

    code = "refused"

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code


class NotAllowed(Refused):
    """The user may see the object but not do this to it. The API responds with 403."""

    code = "not_allowed"


class NotFound(Refused):
    """What the request names does not exist. The API responds with 404."""

    code = "not_found"


class Gone(Refused):
    """What the request names has existed, and can no longer be used. The API and pages respond with 410."""

    code = "gone"


class Invalid(Refused):
    """The input is wrong regardless of who sends it or when. The API responds with 400.

    `field` names the input at fault, if it is a single one.
    """

    code = "invalid"

    def __init__(self, sentence: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(sentence, code=code)
        self.field = field


class RateLimited(Refused):
    """A rate limit was exceeded. The API responds with 429; `seconds` is how long to wait before the next attempt."""

    code = "too_many"

    def __init__(self, sentence: str, *, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds
