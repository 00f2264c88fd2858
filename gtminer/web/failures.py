"""What can go wrong in an exchange with a server, in words that a user understands."""

from enum import StrEnum

from gtminer.errors import SourceError


class Trouble(StrEnum):
    """Why an exchange gave nothing usable; the caller decides by this, never by the words."""

    UNREACHABLE = "unreachable"  # name not resolved, connection refused or reset, proxy down, no answer in time
    CERTIFICATE = "certificate"
    REFUSED = "refused"  # we refuse: address or redirect not allowed
    CUT = "cut"  # the body ended early
    TOO_LARGE = "too_large"
    RATE = "rate"  # the server says: too many requests
    SERVER = "server"  # 408 and 5xx
    STATUS = "status"  # another status that the caller did not want
    UNEXPECTED = "unexpected"  # the body is not what was asked for
    GARBLED = "garbled"  # records amid which something cannot be read
    BLOCKED = "blocked"  # a bot wall
    BUDGET = "budget"  # no more waiting or asking in this run


class ExchangeError(SourceError):
    """One exchange failed. *transient* ones are worth another try; *retry_after* is the server's wish, in seconds."""

    def __init__(
        self,
        message: str,
        *,
        trouble: Trouble,
        transient: bool = False,
        retry_after: float | None = None,
        tries: int = 1,
    ):
        super().__init__(message)
        self.trouble = trouble
        self.transient = transient
        self.retry_after = retry_after
        self.tries = tries
