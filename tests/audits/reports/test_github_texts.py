"""What holds of all that GitHub is told, whatever people have written: it is steady, of one structure, and not too long."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.dossier import Finding, Waiver, Why
from audits.reports.github import evidence_comment, missing_comment, verdict_comment
from audits.terms import Phase, Stage, Verdict
from audits.verification import CONTRARY
from tests.audits.dossiers import (
    BEGAN,
    FIX,
    a_complete_dossier,
    a_run,
    a_test,
    as_run,
    by,
    changed,
)
from tests.audits.reports.logs import refuted
from tests.audits.reports.reading import planned, plans, red_and_green
from tests.audits.reports.strategies import full_of, logs
from tests.audits.reports.telling import RENDERER, missing, rows, section, texts, told

GITHUB_TAKES = 65_536


def test_the_same_record_gives_the_same_text():
    first, second = (list(texts(refuted(), [])) for _ in range(2))

    assert first == second


def test_what_changes_with_every_record_changes_no_section():
    dossier = a_complete_dossier()
    later = changed(
        dossier,
        by=by(minutes=99),
        chain_length=21,
        chain_head="d" * 64,
        newest={"run": 21},
        moves=dossier.moves[:3],
        issue=changed(dossier.issue, last_seen=BEGAN + timedelta(days=1)),
        root_causes=[dossier.root_cause, changed(dossier.root_cause, version=2, by=by(minutes=70))],
        runs=[*dossier.runs, as_run(a_run(9, Stage.BEFORE_FIX, commit="f" * 40))],
    )

    assert told(later) == told(dossier)


def test_tests_beyond_two_hundred_are_counted_and_those_that_speak_against_the_fix_come_first():
    tests = [a_test(f"test_{number:03}") for number in range(250)]
    dossier = planned(tests, red_and_green(tests, still_red=frozenset({"test_249"})))

    text = section("evidence", dossier)

    assert len(rows(text)) == 200
    assert rows(text)[0][0] == "test_249"
    assert "\n\n50 more are not listed here.\n" in text
    assert section("test_plan", dossier).endswith(" more are not listed here.")


def test_unlisted_tests_that_speak_against_the_fix_are_counted_as_such():
    tests = [a_test(f"test_{number:03}") for number in range(203)]

    text = evidence_comment(planned(tests, red_and_green(tests, still_red=frozenset(test.name for test in tests))))

    assert "3 more are not listed here.\n\n3 of these speak against the fix.\n" in text


@given(plans(), st.data())
@settings(max_examples=25, deadline=None)
def test_every_planned_test_that_speaks_against_the_fix_is_named(tests, data):
    still_red = data.draw(st.frozensets(st.sampled_from([test.name for test in tests])))
    dossier = planned(tests, red_and_green(tests, still_red=still_red), phase=Phase.GREEN_RUN)
    contrary = [row for row in dossier.verification.tests if row.result in CONTRARY]

    for text in (section("evidence", dossier), evidence_comment(dossier), verdict_comment(dossier), missing(dossier)):
        assert all(f"`{row.name}`" in text for row in contrary)
    assert bool(contrary) is (dossier.verification.verdict is Verdict.REFUTED)


@given(logs())
@settings(max_examples=40, deadline=None)
def test_no_text_changes_the_structure(pair):
    nasty, harmless = ([blocks(text) for text in unwaived(*each)] for each in pair)

    assert nasty == harmless


def unwaived(dossier, unmet, _contradictions):
    """What is told where findings are open. What is missing is told without waivers, which may name nasty texts and not harmless ones."""
    *others, _ = texts(changed(dossier, reviews=[changed(dossier.review, findings=opened(dossier.review))]), unmet)
    return [*others, missing_comment(changed(dossier, waivers=[]), unmet=[])]


def opened(review):
    return [changed(finding, closed=None) for finding in review.findings]


def blocks(text):
    return [f"{token.type} {token.tag}" for token in RENDERER.parse(text)]


@given(logs())
@settings(max_examples=40, deadline=None)
def test_it_holds_no_heading_and_no_html_but_a_line_break(pair):
    dossier, unmet, _ = pair[0]

    tokens = [token for text in texts(dossier, unmet) for token in RENDERER.parse(text)]
    html = {child.content for token in tokens for child in (token, *(token.children or ())) if child.type.startswith("html")}

    assert not [token for token in tokens if token.type == "heading_open"]
    assert html <= {"<br>"}


@pytest.mark.parametrize("name", ["a | b", "a\n\n# b", "a | b\n| --- |", "<!-- a", "`a` | ``b", "a\x00b", "[a](b)|", "\\|", "a" * 10_000])
def test_a_name_stays_in_its_cell(name):
    tests = [a_test(name, purpose=name, file=name, expected_failure=name)]
    dossier = planned(tests, red_and_green(tests))

    for text in (section("test_plan", dossier), section("evidence", dossier)):
        assert [len(row) for row in rows(text)] == [5]
        assert len(text) < 3_500


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a" * 10_000, "\u202e" * 10_000, "a\n" * 10_000, "| " * 10_000, "`" * 10_000, "* " * 10_000])
def test_whatever_people_write_each_part_is_short_enough_for_github(text):
    dossier, unmet, _ = full_of(lambda: text)
    tests = [a_test(f"{number} {text}", file=text, purpose=text) for number in range(300)]
    judged = planned(tests, red_and_green(tests, still_red=frozenset(test.name for test in tests)))
    full = changed(
        dossier,
        runs=[changed(run, commit=FIX, stage=Stage.AFTER_FIX, tool=text[:200]) for run in judged.runs * 100],
        test_plans=judged.test_plans,
        verification=judged.verification,
        waivers=[Waiver(by(name=text[:200]), text[:60], text, text)] * 300,
        fixes=[changed(dossier.fix, residual=[text] * 300, documentation=[text] * 300)],
        root_causes=[changed(dossier.root_cause, whys=[Why(text, text)] * 300, scope=dossier.root_cause.scope * 300)],
        reviews=[changed(dossier.review, findings=[Finding(1, "critical", text, text)] * 300)],
    )

    assert max(map(len, texts(full, unmet * 300))) < GITHUB_TAKES
