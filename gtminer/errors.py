"""Every failure that a user can cause or meet, and the exit code of each.

GtminerError
├── InputError      2   the user can mend it: usage, configuration, query file, key, e-mail
├── ContentError    3   a document or an answer could not be read; the rest is kept
├── SourceError     3   a source failed or blocked us; what could be verified is kept
├── ConditionError  4   an opt-in condition was met (--fail-stale, --min-f1, ...)
├── StoreError      1   the store is damaged, foreign, newer, or the disk is full
└── TemporaryError  75  lock held, or no source reachable; nothing moved forward

A bug is not a GtminerError: it ends with exit code 1 as well, and says so.
"""


class GtminerError(Exception):
    """One line for the user: where, what is wrong, what was kept, what to do."""

    exit_code = 1


class InputError(GtminerError):
    """Something the user wrote, set or named is wrong."""

    exit_code = 2


class ContentError(GtminerError):
    """A document, file or answer is unreadable; it is named and the others go on."""

    exit_code = 3


class SourceError(GtminerError):
    """A source failed, blocked us or answered with something that cannot be trusted."""

    exit_code = 3


class ConditionError(GtminerError):
    """A condition that the user asked to be told of by exit code."""

    exit_code = 4


class StoreError(GtminerError):
    """The store cannot be used as it is; it was not touched."""

    exit_code = 1


class TemporaryError(GtminerError):
    """Nothing was moved forward and the same command may simply be repeated later."""

    exit_code = 75
