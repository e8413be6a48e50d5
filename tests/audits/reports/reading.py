"""Iterations whose logs are read back, and what the reader makes of them."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st

from audits.claims import shapes as claims
from audits.claims.reader import read
from audits.contradictions.log import of_log
from audits.dossier import Dossier, PlannedTest, TestFile
from audits.evidence.shapes import Identity
from audits.reports.log import markdown
from audits.terms import Expectation, Level, Outcome, Stage
from audits.verification import EvidenceRun, ResultRow
from incidents.quoting import shown
from tests.audits.dossiers import BASE, FIX, a_complete_dossier, a_test, as_run, changed, verified
from tests.audits.reports.strategies import BLANKS, BLOCKS, HTML, STATEMENTS, UNSHOWN

PROSE = ["`", "``", "**", "*", "_", "__", "$", "\\", "\\|", "|", "&lt;", "<", ">", "->", "the", "fails", "it's", "`code`", "**two words**"]
SAID = [*BLOCKS, *HTML, "[a](b)", ":x:", *STATEMENTS, *BLANKS, *UNSHOWN, *PROSE]
# A log takes some 20 ms to be read.
some = settings(max_examples=25, deadline=None)


def said() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(SAID), max_size=8).map(" ".join)


def claims_of(dossier: Dossier) -> list[claims.AnyClaim]:
    log = read(markdown(dossier, unmet=[], contradictions=[]))
    assert len(log.iterations) == 1
    assert len(log.iterations[0].incidents) == 1
    return list(log.iterations[0].incidents[0].claims)


def of(kind, dossier: Dossier) -> list:
    return [claim for claim in claims_of(dossier) if isinstance(claim, kind)]


def contradictions(dossier: Dossier) -> list[claims.Contradiction]:
    log = read(markdown(dossier, unmet=[], contradictions=[]))
    return [found for iteration in log.iterations for found in of_log(iteration)]


def meant(text: str) -> str:
    """A text as it is read back; what is blank is not recorded, and read as nothing."""
    return words(text) if text.strip() else ""


def words(text: str) -> str:
    """A text without marks of code, with blanks and line ends joined, and without a last full stop, which the reader leaves off."""
    return " ".join(shown(text).replace("`", "").split()).removesuffix(".").rstrip()


def with_cause(**given) -> Dossier:
    dossier = a_complete_dossier()
    return changed(dossier, root_causes=[changed(dossier.root_cause, **given)])


def red_and_green(
    tests: list[PlannedTest], *, others: int = 0, still_red: frozenset[str] = frozenset(), names_file: bool = True
) -> list[EvidenceRun]:
    """Runs in which the tests do as planned, but for those that stay red, and `others` outside the plan pass."""
    runs = []
    for number, stage in enumerate([Stage.BEFORE_FIX, Stage.AFTER_FIX, Stage.STABILITY, Stage.STABILITY], start=1):
        rows = [ResultRow(identity(test, names_file), outcome(test, stage, still_red), "boom") for test in tests]
        rows += [
            ResultRow(Identity("tests/unit/test_other.py", "", f"test_other_{number}", ""), Outcome.PASSED) for number in range(others)
        ]
        runs.append(EvidenceRun(id=number, stage=stage, commit=BASE if stage is Stage.BEFORE_FIX else FIX, results=rows))
    return runs


def identity(test: PlannedTest, names_file: bool) -> Identity:
    return (
        Identity(test.file, "", test.name, "")
        if names_file
        else Identity("", test.file.removesuffix(".py").replace("/", "."), test.name, "")
    )


def outcome(test: PlannedTest, stage: Stage, still_red: frozenset[str]) -> Outcome:
    is_red = test.expectation is Expectation.RED_THEN_GREEN and (stage is Stage.BEFORE_FIX or test.name in still_red)
    return Outcome.FAILED if is_red else Outcome.PASSED


def planned(tests: list[PlannedTest], runs: list[EvidenceRun], **given) -> Dossier:
    """An iteration with this plan, whose counts and files are right, and these runs."""
    dossier = a_complete_dossier(**given)
    files = list(dict.fromkeys((test.file, test.level) for test in tests))
    return changed(
        dossier,
        test_plans=[changed(dossier.test_plan, tests=tests, declared=Counter(test.level for test in tests))],
        test_files=[TestFile(path, level, sum(test.file == path for test in tests)) for path, level in files],
        runs=[changed(as_run(run), collected=len(run.results)) for run in runs],
        verification=verified(runs, tests),
    )


@st.composite
def plans(draw: st.DrawFn) -> list[PlannedTest]:
    """Tests of several levels and files, each with a name of its own and the first of them red before the fix."""
    names = draw(st.lists(st.from_regex(r"test_[a-z]{1,6}(?:_[a-z0-9]{1,6}){1,4}", fullmatch=True), min_size=1, max_size=9, unique=True))
    tests = []
    for name in names:
        level = draw(st.sampled_from(Level))
        expectation = draw(st.sampled_from([Expectation.RED_THEN_GREEN, Expectation.ALWAYS_GREEN])) if tests else Expectation.RED_THEN_GREEN
        file = f"tests/{level}/test_{draw(st.sampled_from(['login', 'orders']))}_{level}.py"
        tests.append(
            a_test(
                name, expectation, level=level.value, file=file, purpose=draw(said()), expected_failure=draw(st.sampled_from(["", "boom"]))
            )
        )
    return tests
