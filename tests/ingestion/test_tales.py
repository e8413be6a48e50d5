"""One traceback that came in several entries is one occurrence, without any counting."""

import pytest

from incidents.models import Issue, IssueState
from tests.crashing import CAUSE, DURING, WRAPPED, at, standing
from tests.factories import ingest

pytestmark = pytest.mark.django_db


def test_chained_tracebacks_are_one_occurrence_titled_by_the_cause(source):
    ingest(source, [at(0, CAUSE), at(0.001, DURING), at(0.002, WRAPPED)])

    assert standing() == {"KeyError: 'card'": (1, 3)}


@pytest.mark.both_databases
def test_the_sentence_between_two_tracebacks_ties_them_whatever_its_severity_and_order(source):
    ingest(source, [at(0, WRAPPED)])
    ingest(source, [at(0, DURING, severity="DEFAULT")])
    ingest(source, [at(-0.001, CAUSE)])

    assert standing() == {"KeyError: 'card'": (1, 3)}


def test_two_tracebacks_without_such_a_sentence_stay_two(source):
    ingest(source, [at(0, CAUSE), at(0.002, WRAPPED)])

    assert standing() == {"KeyError: 'card'": (1, 1), "RuntimeError: no page": (1, 1)}


def test_a_traceback_that_was_cut_into_lines_is_one_occurrence_titled_by_its_exception(source):
    head, frame, raised = (
        'Traceback (most recent call last):\n  File "/app/shop/web.py", line 9, in serve\n    run()',
        '  File "/app/shop/pay.py", line 7, in charge\n    go()',
        "KeyError: 'card'",
    )

    ingest(source, [at(0, head), at(0.001, frame), at(0.002, raised)])

    assert standing() == {"KeyError: 'card'": (1, 3)}


@pytest.mark.parametrize("severity", ["ERROR", None], ids=["stated", "not stated"])
def test_a_traceback_that_came_line_by_line_is_one_issue_titled_by_its_exception(source, severity):
    lines = (
        "Traceback (most recent call last):",
        '  File "/app/main.py", line 3, in <module>',
        "ModuleNotFoundError: No module named 'foo'",
    )

    ingest(source, [at(number / 1_000, line, severity=severity) for number, line in enumerate(lines)])

    assert standing() == {"ModuleNotFoundError: No module named 'foo'": (1, 3)}
    assert Issue.objects.exclude(state=IssueState.MERGED).get().severity == 500


def test_a_stack_of_java_that_came_line_by_line_is_one_issue(source):
    lines = (
        "java.lang.IllegalStateException: no card",
        "\tat com.acme.Pay.charge(Pay.java:7)",
        "\tat com.acme.Web.serve(Web.java:9)",
        "\t... 12 more",
    )

    ingest(source, [at(number / 1_000, line) for number, line in enumerate(lines)])

    assert standing() == {"java.lang.IllegalStateException: no card": (1, 4)}
