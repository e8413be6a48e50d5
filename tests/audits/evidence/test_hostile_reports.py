import io
import tracemalloc

import pytest

from audits.evidence import counting, ctrf
from audits.evidence.reading import open_report
from audits.evidence.shapes import Unreadable
from tests.audits.evidence.readers import in_suite, outcomes, read

LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
BILLION_LAUGHS = f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><testsuite><testcase name="&l9;"/></testsuite>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite>&x;</testsuite>'
MIB = 1_048_576


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (BILLION_LAUGHS, "doctype_refused"),
        (EXTERNAL, "doctype_refused"),
        ('<!DOCTYPE testsuite SYSTEM "http://127.0.0.1/junit.dtd"><testsuite/>', "doctype_refused"),
        ('<testsuite><testcase name="&undefined;"/></testsuite>', "not_well_formed"),
        ("<testsuite>" * 10_000 + "</testsuite>" * 10_000, "too_deep"),
        (in_suite(f'<testcase name="a"><failure>{"<b>" * 10_000}{"</b>" * 10_000}</failure></testcase>'), "too_deep"),
        (in_suite('<testcase name="a"/>')[:-5], "not_well_formed"),
        ('<testsuite><testcase name="a"/>', "not_well_formed"),
        ("<testsuite/><testsuite/>", "not_well_formed"),
        ('<testsuite><testcase name="\x00"/></testsuite>', "not_well_formed"),
        ('<testsuite><testcase name="\x1b[31m"/></testsuite>', "not_well_formed"),
        ('<testsuite><testcase name="&#0;"/></testsuite>', "not_well_formed"),
        ('<testsuite><testcase name="&#xd800;"/></testsuite>', "not_well_formed"),
        ("<html><body>502 Bad Gateway</body></html>", "not_a_report"),
        ('<test-run><test-case name="a" result="Passed"/></test-run>', "not_a_report"),
        (in_suite("".join(f"<a{number}/>" for number in range(10_001))), "too_many_names"),
        (in_suite(f"<!--{'x' * 12 * MIB}-->"), "markup_too_long"),
        ("", "empty_file"),
        (" \r\n\t ", "empty_file"),
        ("\ufeff", "empty_file"),
        ("name,status\na,passed", "format_unknown"),
        ("[]", "format_unknown"),
        (b"\x1f\x8b\x08\x00", "format_unknown"),
        ("<testsuite/>".encode("utf-32"), "encoding_unsupported"),
    ],
)
def test_a_hostile_report_is_refused_by_its_reason(report, code):
    with pytest.raises(Unreadable) as refused:
        read(report)

    assert refused.value.code == code


def test_a_report_that_breaks_off_gives_what_stood_before():
    reader = iter(open_report(io.BytesIO(b"<testsuite>" + b'<testcase name="a"/>' * 60_000)))

    assert next(reader).identity.name == "a"
    with pytest.raises(Unreadable):
        list(reader)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
def test_xml_is_read_in_the_encodings_of_runners(encoding):
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    report = f'<?xml version="1.0" encoding="{declared}"?><testsuite><testcase name="naïve"/></testsuite>'

    assert read(report.encode(encoding))[0][0].identity.name == "naïve"


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-7", "utf-32", "unicode_escape", "rot13", "klingon", "undefined"])
def test_any_other_encoding_is_refused(encoding):
    with pytest.raises(Unreadable) as refused:
        read(f'<?xml version="1.0" encoding="{encoding}"?><testsuite/>')

    assert refused.value.code == "encoding_unsupported"


def test_an_encoding_that_is_not_that_of_the_bytes_is_refused():
    with pytest.raises(Unreadable) as refused:
        read('<?xml version="1.0" encoding="utf-16"?><testsuite/>')

    assert refused.value.code == "encoding_unsupported"


def test_bytes_that_are_no_utf_8_are_refused():
    with pytest.raises(Unreadable) as refused:
        read(b'<testsuite><testcase name="\xff"/></testsuite>')

    assert refused.value.code == "not_well_formed"


def test_a_line_break_before_the_declaration_does_no_harm():
    assert outcomes('\n  <?xml version="1.0"?><testsuite><testcase name="a"/></testsuite>') == ["passed"]


def test_markup_and_line_breaks_in_names_are_stored_as_they_are():
    case = read(in_suite('<testcase name="&lt;img src=x onerror=alert(1)&gt;&#10;&#9;&quot;&apos;" classname="&amp;amp;"/>'))[0][0]

    assert case.identity.name == "<img src=x onerror=alert(1)>\n\t\"'"
    assert case.identity.classname == "&amp;"


def test_a_report_has_no_more_cases_than_are_allowed(monkeypatch):
    monkeypatch.setattr(counting, "MOST_CASES", 10)

    with pytest.raises(Unreadable) as refused:
        read(in_suite('<testcase name="a"/>' * 11))

    assert refused.value.code == "too_many_cases"


def test_a_json_report_is_no_larger_than_is_allowed(monkeypatch):
    monkeypatch.setattr(ctrf, "MOST_BYTES", 100)

    with pytest.raises(Unreadable) as refused:
        read('{"results":' + " " * 100)

    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    "testcases",
    [
        '<testcase name="a">' + '<failure message="again and again"/>' * 20_000 + "</testcase>",
        '<testcase name="a">' + "<rerunFailure>text</rerunFailure>" * 20_000 + "</testcase>",
        f'<testcase name="a"><failure>{"x" * 10 * MIB}</failure></testcase>',
        f'<testcase name="a"><system-out>{"x" * 10 * MIB}</system-out></testcase>',
        "".join(f'<testcase name="a" status="odd{number}"/>' for number in range(6_000)),
        "<testsuite name='x' tests='1' time='x'/>" * 6_000,
    ],
    ids=["failures", "reruns", "text", "output", "statuses", "suites"],
)
def test_what_is_held_of_one_report_is_bounded(testcases):
    report = io.BytesIO(in_suite(testcases).encode())

    tracemalloc.start()
    try:
        for _ in open_report(report):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 16 * MIB
