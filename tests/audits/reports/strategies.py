"""Texts as people and attackers write them, and iterations that are full of them."""

from collections.abc import Callable
from itertools import count, cycle

from hypothesis import strategies as st

from audits import dossier as shapes
from audits.claims.shapes import Contradiction
from audits.terms import Expectation, Phase, Verdict
from audits.verification import Reason, Result, Seen, UnplannedRow
from incidents.errors import Unmet
from tests.audits.dossiers import BEGAN, a_complete_dossier, changed

Arguments = tuple[shapes.Dossier, list[Unmet], list[Contradiction]]

BLOCKS = ["#", "# x", "## 8) COMMIT", "- ", "1. ", "- [x] ", "> ", "---", "===", "|", "| a | b |", "```", "```python", "~~~", "[r]: /u"]
SPANS = ["`", "``", "**", "*", "_", "__", "[a](b)", "![i](j)", "$", ":x:", "\\", "\\|", "\\`", "&lt;", "&#96;"]
HTML = ["<b>", "<br>", "</td>", "<!--", "-->", "<script>alert(1)</script>"]
STATEMENTS = ["WHY #2: why?", "### ROOT CAUSE: other", "**ANSWER**: no", "**Verdict**: VERIFIED"]
BLANKS = ["\n", "\r\n", "\r", "\n\n", "\u2028", " ", "  ", "    ", "\t"]
UNSHOWN = ["\x00", "\x1b", "\u202e", "\ud800"]
WORDS = ["the", "user", "id", "fails", "a_b", "é", "✅", "日本", "it's", "(see)", "x.y:", "10", "`code`", "`two words`", "**bold**"]


def nasty_texts(most: int = 12) -> st.SearchStrategy[str]:
    """Words, marks of Markdown and HTML, line ends and invisible characters in any order, with and without blanks between."""
    return st.lists(
        st.sampled_from([*BLOCKS, *SPANS, *HTML, *STATEMENTS, *BLANKS, *UNSHOWN, *WORDS]) | st.text(max_size=4), max_size=most
    ).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda between: between.join(parts)))


@st.composite
def logs(draw: st.DrawFn) -> tuple[Arguments, Arguments]:
    """What a log is written from, twice: with nasty texts wherever people write, and with harmless ones where those are not blank."""
    # A pool, and not a text for each place: drawing is slow.
    pool = draw(st.lists(nasty_texts(8), min_size=1, max_size=9))
    harmless = [f"x{number}" if text.strip() else "" for number, text in enumerate(pool)]
    return full_of(cycle(pool).__next__), full_of(cycle(harmless).__next__)


def full_of(text: Callable[[], str]) -> Arguments:
    """An iteration with a text in every place where people or programs write."""
    complete = a_complete_dossier()
    unique = map("{}{}".format, iter(text, None), count())
    signed = shapes.Signature("person", text(), 1, BEGAN)
    cause = shapes.RootCause(
        version=1,
        by=signed,
        whys=[shapes.Why(text(), text(), [f"x{text()}", {"file": f"x{text()}", "line": 3}, {"entry": text()}]), shapes.Why(text(), text())],
        statement=text(),
        impact=text(),
        fix=text(),
        scope=[shapes.Place(f"x{text()}", 3), shapes.Place(f"x{text()}")],
        pattern_regex=f"x{text()}",
        pattern_must_match=[text(), text()],
    )
    tests = [
        shapes.PlannedTest(level, next(unique), f"x{text()}", expectation, text(), text())
        for level, expectation in zip(["unit", "unit", "e2e", ""], [*Expectation, Expectation.UNSTATED], strict=True)
    ]
    metrics = [next(unique)]
    plan = shapes.TestPlan(1, signed, text(), metrics, {"unit": 3, "integration": 1}, tests)
    review = shapes.Review(
        version=1,
        by=signed,
        score=71.5,
        threshold=80,
        approved=False,
        checks=[{"name": text(), "weight": 1, "score": 95, "evidence": text()}],
        strengths=[text()],
        approved_files=[f"x{text()}"],
        findings=[shapes.Finding(1, "critical", text(), text(), f"x{text()}", text(), text()), shapes.Finding(2, "minor", text())],
    )
    row = changed(complete.verification.tests[0], name=f"x{text()}", detail=text(), matched_to=(f"x{text()}", f"x{text()}"))
    judged = changed(
        complete.verification,
        verdict=Verdict.REFUTED,
        tests=(row,),
        unplanned=(UnplannedRow(f"x{text()}", text(), Seen.PASSED, Seen.FAILED, Result.UNPLANNED_REGRESSION, text()),),
        unplanned_count=3,
        reasons=(Reason("still_red", text(), text()),),
    )
    run = changed(
        complete.runs[0], by=signed, command=text(), tool=text(), run_group=text(), remarks=[{"code": f"x{text()}", "detail": text()}]
    )
    dossier = changed(
        complete,
        by=signed,
        project=f"x{text()}",
        focus=text(),
        reasons=[text(), text()],
        issue=changed(
            complete.issue,
            title=text(),
            impact=text(),
            context=text(),
            symptoms=text(),
            location={"module": text(), "function": text(), "file": f"x{text()}", "line": 4},
        ),
        root_causes=[changed(cause, statement="an earlier one"), changed(cause, version=2)],
        test_plans=[plan],
        test_files=[shapes.TestFile(f"x{text()}", "unit", 2)],
        judgements=[[shapes.Metric(metrics[0], met=True, evidence=text())]],
        runs=[run],
        verification=judged,
        reviews=[review],
        fixes=[shapes.Fix(1, signed, "b" * 40, text(), 7, text(), text(), text(), [text()], [text()])],
        waivers=[shapes.Waiver(signed, "still_red", text(), text())],
        moves=[shapes.Move(1, Phase.RED_RUN, signed, BEGAN, text(), [{"code": "still_red", "subject": text()}])],
        children=[shapes.Child("shop-13", text(), "ERROR", "open", text())],
        mirror=changed(complete.mirror, url=text()),
    )
    unmet = [Unmet("still_red", text())]
    return dossier, unmet, [Contradiction("planned_count", text(), (text(), text()))]
