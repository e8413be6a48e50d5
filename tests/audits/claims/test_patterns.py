import pytest

from audits.claims.shapes import ProposedPattern

from .reading import said


def patterns(code: str, language: str = "python") -> list[tuple[str, tuple[str, ...]]]:
    text = f"# Log\n## Root cause\nThe pattern is too narrow. New pattern:\n\n```{language}\n{code}\n```\n"
    return [(pattern.regex, pattern.must_match) for pattern in said(text, ProposedPattern)]


def test_values_in_a_comment_are_parted_at_commas_with_a_space():
    assert patterns("CODE = re.compile(r'^job-\\d+$')  # job-1, job-22") == [("^job-\\d+$", ("job-1", "job-22"))]


def test_a_comma_within_a_value_is_the_values_own():
    code = "HEADER = re.compile(r'^t=\\d+(,v\\d=[0-9a-f]+)+$')  # t=1742291022,v1=9a7f,v0=6ffb"

    assert patterns(code) == [("^t=\\d+(,v\\d=[0-9a-f]+)+$", ("t=1742291022,v1=9a7f,v0=6ffb",))]


@pytest.mark.parametrize("comment", ["t=…,v1=…", "t=1742...,v1=9a7f..."])
def test_an_abbreviated_value_is_none(comment):
    assert patterns(f"HEADER = re.compile(r'^t=\\d+$')  # {comment}") == [("^t=\\d+$", ())]


@pytest.mark.parametrize(
    "code",
    [
        "const CODE = /^[A-Z]{2,}-\\d+$/i  // save-10",
        "const CODE = new RegExp('^[A-Z]{2,}-\\\\d+$', 'i')  // save-10",
        "CODE = re.compile(r'^[A-Z]{2,}-\\d+$', re.IGNORECASE)  # save-10",
        'var code = Pattern.compile("^[A-Z]{2,}-\\\\d+$", Pattern.CASE_INSENSITIVE);  // save-10',
    ],
)
def test_flags_beside_an_expression_are_given_in_it(code):
    assert patterns(code) == [("(?i)^[A-Z]{2,}-\\d+$", ("save-10",))]


def test_a_flag_that_changes_nothing_of_what_matches_is_left_out():
    assert patterns("const CODE = /^[A-Z]+-\\d+$/gu") == [("^[A-Z]+-\\d+$", ())]


def test_what_a_regex_function_compiles_needs_no_other_word():
    code = '// matches e.g. 20251105T101500Z\nval DATE = Regex("^\\\\d{8}T\\\\d{6}Z$")'
    text = f"# Log\n## Root cause\nDates are parsed so:\n\n```kotlin\n{code}\n```\n"

    assert [(pattern.regex, pattern.must_match) for pattern in said(text, ProposedPattern)] == [("^\\d{8}T\\d{6}Z$", ("20251105T101500Z",))]
