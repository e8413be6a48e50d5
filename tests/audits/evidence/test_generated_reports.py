"""Reports made from a list of outcomes, and reports made of anything."""

import io
import itertools
import json
import tracemalloc
from contextlib import suppress
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from audits.evidence.reading import open_report
from audits.evidence.shapes import Unreadable
from audits.terms import Outcome
from tests.audits.evidence.readers import read

# A busy machine is no failure.
unhurried = how(deadline=None)

CHILDREN = {
    Outcome.PASSED: "",
    Outcome.FAILED: "<failure message={message}>{text}</failure>",
    Outcome.ERROR: "<error message={message}>{text}</error>",
    Outcome.SKIPPED: "<skipped message={message}/>",
    Outcome.XFAILED: '<skipped type="pytest.xfail" message={message}/>',
    Outcome.XPASSED: '<failure message="[XPASS(strict)] mended"/>',
}
STATUSES = {
    Outcome.PASSED: {"status": "passed"},
    Outcome.FAILED: {"status": "failed"},
    Outcome.ERROR: {"status": "failed", "rawStatus": "setup_failed"},
    Outcome.SKIPPED: {"status": "skipped"},
    Outcome.XFAILED: {"status": "skipped", "rawStatus": "xfailed"},
    Outcome.XPASSED: {"status": "passed", "rawStatus": "xpassed"},
}
# What XML can hold, without what a reader trims.
TEXTS = st.text(st.characters(min_codepoint=0x20, exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"))
CASES = st.lists(st.tuples(TEXTS, st.sampled_from(Outcome), TEXTS), max_size=20)


def as_junit(cases):
    """The cases as pytest would write them, with a header that is right."""
    count = {outcome: sum(each is outcome for _, each, _ in cases) for outcome in Outcome}
    header = (
        f'tests="{len(cases)}" failures="{count[Outcome.FAILED] + count[Outcome.XPASSED]}" '
        f'errors="{count[Outcome.ERROR]}" skipped="{count[Outcome.SKIPPED] + count[Outcome.XFAILED]}"'
    )
    testcases = (
        f"<testcase classname={quoteattr(f'shop.{number}')} name={quoteattr(name)}>"
        f"{CHILDREN[outcome].format(message=quoteattr(f'Broke: {text}'), text=escape(text))}</testcase>"
        for number, (name, outcome, text) in enumerate(cases)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="shop" {header}>{"".join(testcases)}</testsuite></testsuites>'
    )


def as_ctrf(cases):
    """The cases as a reporter of CTRF would write them, with a summary that is right."""
    tests = [{"name": name, "suite": ["shop", str(number)], **STATUSES[outcome]} for number, (name, outcome, _) in enumerate(cases)]
    counts = {status: sum(test["status"] == status for test in tests) for status in ("passed", "failed", "skipped", "pending", "other")}
    return json.dumps({"results": {"tool": {"name": "x"}, "summary": {"tests": len(tests), **counts}, "tests": tests}})


@unhurried
@given(CASES)
def test_what_a_runner_wrote_in_junit_xml_is_what_is_read(cases):
    found, totals = read(as_junit(cases))

    assert [case.outcome for case in found] == [outcome for _, outcome, _ in cases]
    assert not {remark.code for remark in totals.remarks} - {"no_tests", "cut"}


@unhurried
@given(CASES)
def test_what_a_reporter_wrote_in_ctrf_is_what_is_read(cases):
    found, totals = read(as_ctrf(cases))

    assert [case.outcome for case in found] == [outcome for _, outcome, _ in cases]
    assert not {remark.code for remark in totals.remarks} - {"no_tests", "cut"}


@unhurried
@given(CASES, st.sampled_from(["tests", "failures", "errors"]), st.integers(1, 50))
def test_a_header_that_claims_too_much_is_found_whatever_the_cases(cases, attribute, more):
    report = as_junit(cases)
    claimed = report.replace(f'{attribute}="', f'{attribute}="{more + len(cases)}', 1)

    _, totals = read(claimed)

    assert "header_disagrees" in {remark.code for remark in totals.remarks}


def reads_or_refuses(report):
    with suppress(Unreadable):
        read(report)


@unhurried
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    reads_or_refuses(data)


@unhurried
@given(st.sampled_from([as_junit, as_ctrf]), CASES, st.data())
def test_a_report_with_bytes_changed_is_read_or_refused(written, cases, data):
    report = bytearray(written(cases).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(report) - 1))
        report[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    reads_or_refuses(bytes(report))


WORDS = st.sampled_from(
    "testsuites testsuite testcase failure error skipped warning flakyError rerunFailure system-out stackTrace odd".split()  # noqa: SIM905
)
KEYS = st.sampled_from("name classname file line time tests failures skipped status result type message".split())  # noqa: SIM905


@st.composite
def elements(draw, depth=3):
    name = draw(WORDS)
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in draw(st.dictionaries(KEYS, TEXTS, max_size=4)).items())
    children = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    return f"<{name}{attributes}>{escape(draw(TEXTS))}{''.join(children)}</{name}>"


@unhurried
@given(elements())
def test_any_tree_of_a_reports_elements_is_read_or_refused(report):
    reads_or_refuses(report)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
FIELDS = st.sampled_from(
    "name status rawStatus duration suite retries flaky retryAttempts parameters line message filePath".split()  # noqa: SIM905
)


@unhurried
@given(st.lists(st.dictionaries(FIELDS, VALUES, max_size=8).map(lambda test: {"name": "a", "status": "passed"} | test), max_size=3), VALUES)
def test_any_values_in_a_ctrf_report_are_read_or_refused(tests, summary):
    reads_or_refuses(json.dumps({"results": {"tests": tests, "summary": summary, "tool": summary}}))


class Endless:
    """A report of so many testcases, made while it is read."""

    def __init__(self, count):
        self.count = count
        self.seek(0)

    def seek(self, _offset):
        self.left = self._pieces()
        self.rest = b""
        return 0

    def _pieces(self):
        yield f'<testsuites name="pytest tests"><testsuite name="pytest" tests="{self.count}" failures="{self.count // 10}">'.encode()
        for number in range(self.count):
            failure = b'<failure message="broke">' + b"a line of its traceback\n" * 200 + b"</failure>" if number % 10 == 0 else b""
            yield (
                f'<testcase classname="tests.test_shop.TestCart" name="test_adds[{number}]" time="0.001">'.encode()
                + failure
                + b"</testcase>"
            )
        yield b"</testsuite></testsuites>"

    def read(self, size=-1):
        while len(self.rest) < size and (piece := next(self.left, None)) is not None:
            self.rest += piece
        data, self.rest = self.rest[:size], self.rest[size:]
        return data


def peak_of(count):
    tracemalloc.start()
    try:
        read_cases = sum(1 for _ in open_report(Endless(count)))
        return read_cases, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_cases():
    few, peak_of_few = peak_of(5_000)
    many, peak_of_many = peak_of(20_000)

    assert (few, many) == (5_000, 20_000)
    assert peak_of_many < 1.2 * peak_of_few < 16 * 1_048_576


def test_cases_come_while_the_report_is_still_read():
    report = Endless(1_000_000)

    first = list(itertools.islice(open_report(report), 10))

    assert len(first) == 10
    assert isinstance(report.left, type(iter(report._pieces())))
    assert next(report.left).startswith(b"<testcase")


def test_a_report_is_read_from_its_beginning_wherever_the_file_stands():
    file = io.BytesIO(as_junit([("a", Outcome.PASSED, "")]).encode())
    file.read(10)

    assert len(list(open_report(file))) == 1
