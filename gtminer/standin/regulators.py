"""EMA, FDA and openFDA in one stand-in."""

from typing import NamedTuple, Self

from gtminer.standin import ema, fda, openfda
from gtminer.standin.server import StandIn


class Regulators(NamedTuple):
    """The three virtual sources, to be changed while they are asked."""

    ema: ema.Ema
    fda: fda.Fda
    openfda: openfda.OpenFda

    @classmethod
    def mounted(cls, standin: StandIn) -> Self:
        """Let *standin* play the three sources over the invented products that ship with gtminer."""
        sources = cls(ema.Ema(), fda.Fda(), openfda.OpenFda())
        for prefixes, source in ((ema.PREFIXES, sources.ema), (fda.PREFIXES, sources.fda),
                                 (openfda.PREFIXES, sources.openfda)):  # fmt: skip
            for prefix in prefixes:
                standin.mount(prefix, source)
        return sources
