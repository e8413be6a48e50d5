import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.evidence.names import part


@pytest.mark.parametrize(
    ("written", "name", "parameters"),
    [
        # pytest
        ("test_adds[1-2]", "test_adds", "1-2"),
        ("test_adds[b[0]]", "test_adds", "b[0]"),
        ("test_adds[[deep]]", "test_adds", "[deep]"),
        ("test_adds[two words]", "test_adds", "two words"),
        (r"test_adds[\x1b[31m]", "test_adds", r"\x1b[31m"),
        ("test_adds[a]b]", "test_adds", "a]b"),
        ("test_adds[]", "test_adds", ""),
        ("test_adds[línea\nnueva]", "test_adds", "línea\nnueva"),
        # unittest's subtests, MSTest
        ("test_sub (n=2)", "test_sub", "n=2"),
        ("Two_pass (0)", "Two_pass", "0"),
        # JUnit and TestNG under Surefire and Gradle
        ("takes[0: n=1]", "takes", "0: n=1"),
        ("takes{int}[1]", "takes", "{int}[1]"),
        ("takes(int, String)[2]", "takes", "(int, String)[2]"),
        ("takes[1, 2](3)", "takes", "[1, 2](3)"),
        ("adds()", "adds", ""),
        # .NET
        ('Takes(n: 1, what: "b (c)")', "Takes", 'n: 1, what: "b (c)"'),
        ("Shop.Tests.Takes(1)", "Shop.Tests.Takes", "1"),
        # PHPUnit
        ("testAdds with data set #0", "testAdds", "with data set #0"),
        ('testAdds with data set "zero (0)"', "testAdds", 'with data set "zero (0)"'),
    ],
)
def test_parameters_are_parted_from_the_name(written, name, parameters):
    assert part(written) == (name, parameters)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "adds",
        "returns [1, 2]",
        "adds two numbers (fast)",
        "adds (fast)",
        "[1] 1, 2",
        "(nothing)",
        "a[0] equals b[1]",
        "sum(1, 2) returns [3]",
        "fn(x) => {y}",
        "TestAccepts/[three]",
        "app/[id]",
        "x[",
        "x]",
        "it works [",
    ],
)
def test_a_sentence_stays_whole(sentence):
    assert part(sentence) == (sentence, "")


@given(st.text(alphabet="ab_A1 ()[]{}#/.", max_size=40))
def test_nothing_of_a_name_is_lost_but_the_brackets_around_its_parameters(written):
    name, parameters = part(written)

    assert written in (name, *(f"{name}{left}{parameters}{right}" for left, right in ("[]", "()", "{}", ("", ""), (" (", ")"))))
