"""The end of a log: the way through the phases, what is unmet, contradictions, and the chain of evidence. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audits.claims.shapes import Contradiction
from audits.dossier import Dossier, Ending, Move
from audits.reports.markup import NOTHING, bullets, coded, field, signed, table
from audits.terms import NUMBER_OF_PHASE
from incidents.clock import iso
from incidents.errors import Unmet
from incidents.quoting import code, inline


def phases(dossier: Dossier) -> Iterator[str]:
    """Every stay in a phase, in the order of entering."""
    yield "## WAY THROUGH THE PHASES"
    if not dossier.moves:
        yield NOTHING
        return
    yield table(["Phase", "Entered", "Left", "Reason for going back", "Waived at the gate before"], map(_move, dossier.moves))
    if dossier.ending:
        yield bullets(_ended(dossier.ending))


def _ended(ending: Ending) -> Iterator[str]:
    yield field("Ended by", inline(ending.by))
    if ending.reason:
        yield field("Given up because", inline(ending.reason))
    if ending.let_through:
        yield field("Waived at the last gate", _waived(ending.let_through))


def _waived(let_through: Sequence[dict[str, str]]) -> str:
    return ", ".join(code(f"{passed.get('code', '')} {passed.get('subject', '')}") for passed in let_through)


def _move(move: Move) -> list[str]:
    waived = _waived(move.let_through)
    left = iso(move.left) if move.left else ""
    return [f"{NUMBER_OF_PHASE[move.phase]} {move.phase}", signed(move.by), left, inline(move.reason), waived]


def open_gate(dossier: Dossier, unmet: Sequence[Unmet]) -> Iterator[str]:
    """What stands between an iteration that goes on and the end of its phase."""
    if dossier.state != "running":
        return
    yield "## UNMET"
    if not unmet:
        yield f"Nothing: phase {NUMBER_OF_PHASE[dossier.phase]} can end."
        return
    yield f"Before phase {NUMBER_OF_PHASE[dossier.phase]} can end:"
    yield bullets(coded(one.code, one.subject, one.detail) for one in unmet)


def disagreements(found: Sequence[Contradiction]) -> Iterator[str]:
    """Where the record disagrees with itself."""
    yield "## CONTRADICTIONS"
    yield disagreements_table(found) if found else "None found."


def disagreements_table(found: Sequence[Contradiction]) -> str:
    """Code, sentence and the places that disagree, a row each."""
    return table(["Code", "What disagrees", "Where"], [[code(one.code), inline(one.detail), inline(", ".join(one.where))] for one in found])


def chain(dossier: Dossier) -> Iterator[str]:
    """Length and head of the chain that this log was written from."""
    yield "## EVIDENCE CHAIN"
    yield bullets([field("Records", str(dossier.chain_length)), field("Head", code(dossier.chain_head))])
