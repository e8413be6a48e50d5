"""Where an audit log disagrees with itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from audits.claims.shapes import Contradiction, StatedIteration, StatedResult
from audits.contradictions.counts import implemented_count, planned_count
from audits.contradictions.executed import executed_count
from audits.contradictions.outcomes import never_red, result_missing, still_red_called_fixed
from audits.contradictions.phases import phase_repeated, phase_skipped
from audits.contradictions.process import (
    commit_missing,
    github_state,
    not_reproduced_called_fixed,
    review_not_repeated,
)
from audits.contradictions.runs import runs_of
from audits.contradictions.statements import fix_location_moved, proposed_pattern_does_not_match, score_arithmetic, timing
from audits.contradictions.told import Told, once_each, told
from audits.contradictions.unexecuted import never_executed

# In the order of DESIGN's table.
_OF_AN_INCIDENT: Final[tuple[Callable[[Told], Iterator[Contradiction]], ...]] = (
    planned_count,
    implemented_count,
    executed_count,
    result_missing,
    never_executed,
    still_red_called_fixed,
    never_red,
    score_arithmetic,
    review_not_repeated,
    fix_location_moved,
    not_reproduced_called_fixed,
    commit_missing,
    proposed_pattern_does_not_match,
    github_state,
    timing,
)


# Far beyond any log that people or agents keep; what is more is a file made to cost, and is not judged at all, since half of it
# would contradict the other half.
MOST_CLAIMS: Final = 3_000
MOST_RESULTS: Final = 50_000
MOST_RUNS: Final = 300


def of_log(iteration: StatedIteration) -> list[Contradiction]:
    """The contradictions of one iteration of an imported log: incident by incident, then those of its phases.

    Each incident is held against its own claims alone. `where` names lines of the log, in the order in which the sentence speaks
    of them; `subject` holds no line, so that it stays the same when lines are added above, and is unique for a code within the iteration.
    """
    incidents = [told(ordinal, incident) for ordinal, incident in enumerate(iteration.incidents, 1)]
    if not all(map(_can_be_judged, incidents)):
        return []
    found = [contradiction for incident in incidents for rule in _OF_AN_INCIDENT for contradiction in rule(incident)]
    return list(once_each([*found, *phase_skipped(incidents), *phase_repeated(incidents)]))


def _can_be_judged(incident: Told) -> bool:
    results = len(incident.each(StatedResult))
    return len(incident.claims) - results <= MOST_CLAIMS and results <= MOST_RESULTS and len(runs_of(incident)) <= MOST_RUNS
