"""What ``urllib.request`` (and so ``Bio.Entrez``) opens addresses with, once installed: our way to the servers.

Bio.Entrez alone has no time limit, writes the key into addresses, follows redirects anywhere and knows one base
address. With this opener each of its calls is a POST through `Web.once`: paced, capped, checked, on time.
"""

import io
import urllib.request
from email.message import Message

from gtminer.web.download import Web
from gtminer.web.exchange import Answer, Call


class Handle(io.BytesIO):
    """An answer as Bio.Entrez expects one: a binary stream; *answer* is what the exchange gave."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self.answer = answer
        self.status = answer.status
        self.url = answer.url
        # Bio.Entrez would decode what calls itself plain text, and we judge bytes.
        self.headers = Message()
        self.headers["Content-Type"] = "application/octet-stream"


class Opener(urllib.request.OpenerDirector):
    """Opens E-utilities addresses through *web*; others are refused by its list of allowed addresses."""

    def __init__(self, web: Web, *, max_bytes: int = 200_000_000, deadline_s: float = 300.0) -> None:
        super().__init__()
        self._web, self._max_bytes, self._deadline_s = web, max_bytes, deadline_s

    def open(self, fullurl: str | urllib.request.Request, data: object = None, timeout: float | None = None) -> Handle:
        """Return the answer; parameters travel in the body, where no log and no exception shows them."""
        request = fullurl if isinstance(fullurl, urllib.request.Request) else urllib.request.Request(fullurl)  # noqa: S310 - the session allows what it opens
        url, _, query = request.full_url.partition("?")
        form = request.data if isinstance(request.data, bytes) else query.encode("ascii")
        call = Call(url, form, {}, self._max_bytes, self._deadline_s)
        return Handle(self._web.once(call))
