"""Which log patterns are one fault, and which of them a sighting belongs to. Pure.

Patterns that keep coming together within seconds, each time on one stream, are one burst: a lead, which is the cause, and
its companions. `ties` finds them by counting; `owners` applies them, and puts the parts of one traceback together.
"""

from incidents.bursts.gatherings import NEWEST, TOGETHER_NS
from incidents.bursts.leading import ties
from incidents.bursts.owning import owners
from incidents.bursts.tales import CHAIN_NS
from incidents.bursts.terms import Sighting, Tie, Traits

__all__ = ["CHAIN_NS", "NEWEST", "TOGETHER_NS", "Sighting", "Tie", "Traits", "owners", "ties"]
