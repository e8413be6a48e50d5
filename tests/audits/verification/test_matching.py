"""What a plan's name means in the reports of each kind of runner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.evidence.shapes import Identity
from audits.matching import How, Match, full_id, match, path_of, paths_agree


def found(file: str, name: str, *identities: Identity) -> Match:
    return match([(file, name)], identities)[0]


def of(classname: str, name: str, parameters: str = "", file: str = "") -> Identity:
    return Identity(file, classname, name, parameters)


PYTEST = of("tests.unit.test_login.TestLogin", "test_empty")
PYTEST_FILE = "tests/unit/test_login.py"
GO = of("example.com/shop/login", "TestLogin/empty_password")
JUNIT = of("com.acme.LoginTest", "testEmpty")
PHPUNIT = of("Tests\\Unit\\LoginTest", "testEmpty", file="/app/tests/Unit/LoginTest.php")
XUNIT = of("Acme.Tests.LoginTests", "Acme.Tests.LoginTests.Empty_password_fails")
JEST = of("Math adds two numbers", "Math adds two numbers")
JEST_WITH_FILE = of("Math adds two numbers", "Math adds two numbers", file="src/math.test.js")
MOCHA = of("adds two numbers", "Math adds two numbers")
VITEST = of("src/math.test.ts", "Math > adds two numbers")
PLAYWRIGHT = of("e2e/login.spec.ts", "Login › refuses an empty password")
RSPEC = of("spec.models.user_spec", "User is valid", file="./spec/models/user_spec.rb")
NEXTEST = of("shop", "login::tests::empty")


@pytest.mark.parametrize(
    ("file", "name", "identity", "how"),
    [
        # pytest: the module in the class is the file
        (PYTEST_FILE, "TestLogin::test_empty", PYTEST, "exact"),
        (PYTEST_FILE, "TestLogin.test_empty", PYTEST, "exact"),
        (PYTEST_FILE, "TestLogin.test_empty()", PYTEST, "exact"),
        ("./tests/unit/test_login.py", "TestLogin::test_empty", PYTEST, "exact"),
        ("tests\\unit\\test_login.py", "TestLogin::test_empty", PYTEST, "exact"),
        ("", "tests/unit/test_login.py::TestLogin::test_empty", PYTEST, "exact"),
        (PYTEST_FILE, "tests/unit/test_login.py::TestLogin::test_empty", PYTEST, "exact"),
        ("", "tests/unit/test_login.py::test_empty[a.py::b]", of("tests.unit.test_login", "test_empty", "a.py::b"), "exact"),
        (PYTEST_FILE, "test_empty", PYTEST, "suffix"),
        (PYTEST_FILE, "`test_empty`", PYTEST, "suffix"),
        ("backend/tests/unit/test_login.py", "test_empty", PYTEST, "suffix"),
        ("unit/test_login.py", "test_empty", PYTEST, "suffix"),
        ("", "test_empty", PYTEST, "suffix"),
        ("", "tests.unit.test_login.TestLogin.test_empty", PYTEST, "suffix"),
        (PYTEST_FILE, "test_empty", of("tests.unit.test_login", "test_empty"), "exact"),
        (PYTEST_FILE, "test_empty", of("tests.unit.test_login", "test_empty", file=PYTEST_FILE), "exact"),
        (PYTEST_FILE, "TestLogin::test_empty", of("TestLogin", "test_empty"), "suffix"),
        # JUnit and Surefire
        ("src/test/java/com/acme/LoginTest.java", "testEmpty", JUNIT, "suffix"),
        ("src/test/java/com/acme/LoginTest.java", "LoginTest#testEmpty", JUNIT, "suffix"),
        ("src/test/java/com/acme/LoginTest.java", "LoginTest.testEmpty()", JUNIT, "suffix"),
        ("src/test/java/com/acme/LoginTest.java", "Inner.testEmpty", of("com.acme.LoginTest$Inner", "testEmpty"), "suffix"),
        ("src/test/kotlin/LoginTest.kt", "`refuses an empty password`()", of("com.acme.LoginTest", "refuses an empty password"), "suffix"),
        # Go: the package is the folder, blanks are written as underscores
        ("login/login_test.go", "TestLogin/empty_password", GO, "suffix"),
        ("login/login_test.go", "TestLogin/empty password", GO, "suffix"),
        ("login_test.go", "TestLogin/empty_password", GO, "suffix"),
        ("nats_test.go", "TestConnect", of("github.com/nats-io/nats.go", "TestConnect"), "suffix"),
        # PHPUnit
        ("tests/Unit/LoginTest.php", "testEmpty", PHPUNIT, "suffix"),
        ("tests/Unit/LoginTest.php", "Tests\\Unit\\LoginTest::testEmpty", PHPUNIT, "suffix"),
        ("/app/tests/Unit/LoginTest.php", "testEmpty", PHPUNIT, "exact"),
        ("tests/Unit/LoginTest.php", "testEmpty", of("Tests.Unit.LoginTest", "testEmpty"), "suffix"),
        # .NET
        ("tests/Acme.Tests/LoginTests.cs", "Empty_password_fails", XUNIT, "suffix"),
        ("tests/Acme.Tests/LoginTests.cs", "LoginTests.Empty_password_fails", XUNIT, "suffix"),
        ("tests/Acme.Tests/LoginTests.Passwords.cs", "Empty_password_fails", XUNIT, "suffix"),
        # JavaScript: sentences, with the describe block or without
        ("src/math.test.js", "adds two numbers", JEST, "suffix"),
        ("src/math.test.js", "Math > adds two numbers", JEST, "suffix"),
        ("src/math.test.js", "Math adds two numbers", JEST_WITH_FILE, "exact"),
        ("src/math.test.js", "Math › adds two numbers", JEST_WITH_FILE, "exact"),
        ("src/math.test.js", "Math > adds two numbers", MOCHA, "suffix"),
        ("src/math.test.ts", "adds two numbers", VITEST, "suffix"),
        ("src/math.test.ts", "Math > adds two numbers", VITEST, "exact"),
        ("", "src/math.test.ts > Math > adds two numbers", VITEST, "exact"),
        ("", "e2e/login.spec.ts:12:3 › Login › refuses an empty password", PLAYWRIGHT, "exact"),
        ("login.spec.ts", "refuses an empty password", of("login.spec.ts", "refuses an empty password"), "exact"),
        ("login.spec.ts", "refuses an empty password", PLAYWRIGHT, "suffix"),
        ("src/math.test.js", "utils.js > parses", of("utils.js parses", "utils.js parses", file="src/math.test.js"), "exact"),
        # Ruby, Rust
        ("spec/models/user_spec.rb", "User is valid", RSPEC, "exact"),
        ("spec/models/user_spec.rb", "is valid", RSPEC, "suffix"),
        ("src/login.rs", "login::tests::empty", NEXTEST, "suffix"),
        ("src/login.rs", "empty", NEXTEST, "suffix"),
    ],
)
def test_a_planned_name_means_the_test(file, name, identity, how):
    assert found(file, name, identity) == Match(How(how), (identity,))


@pytest.mark.parametrize(
    ("file", "name", "identity"),
    [
        (PYTEST_FILE, "empty", PYTEST),
        (PYTEST_FILE, "est_empty", PYTEST),
        (PYTEST_FILE, "test_empty_password", PYTEST),
        (PYTEST_FILE, "Login::test_empty", PYTEST),
        (PYTEST_FILE, "TestOther::test_empty", PYTEST),
        ("src/math.test.ts", "adds two", VITEST),
        ("src/math.test.ts", "String > adds two numbers", VITEST),
        ("login/login_test.go", "TestLogin/full_password", GO),
        (PYTEST_FILE, "", PYTEST),
    ],
)
def test_another_name_means_nothing(file, name, identity):
    assert found(file, name, identity) == Match(How.NONE)


@pytest.mark.parametrize(
    ("file", "name", "identity"),
    [
        ("tests/unit/test_cart.py", "test_empty", PYTEST),
        ("tests/integration/test_login.py", "test_empty", PYTEST),
        ("src/test/java/com/acme/CartTest.java", "testEmpty", JUNIT),
        ("src/test/java/com/other/LoginTest.java", "testEmpty", JUNIT),
        ("cart/cart_test.go", "TestLogin/empty_password", GO),
        ("tests/Feature/LoginTest.php", "testEmpty", PHPUNIT),
        ("tests/Unit/CartTest.php", "testEmpty", of("Tests.Unit.LoginTest", "testEmpty")),
        ("tests/Acme.Tests/CartTests.cs", "Empty_password_fails", XUNIT),
        ("src/string.test.ts", "adds two numbers", VITEST),
        ("src/string.test.js", "adds two numbers", JEST_WITH_FILE),
        ("th.test.js", "adds two numbers", JEST_WITH_FILE),
    ],
)
def test_a_file_that_the_report_contradicts_is_no_match(file, name, identity):
    assert found(file, name, identity) == Match(How.NONE)


def test_the_file_tells_tests_of_one_name_apart():
    other = of("tests.unit.test_cart.TestCart", "test_empty")

    assert found("tests/unit/test_cart.py", "test_empty", PYTEST, other).identities == (other,)


def test_the_module_tells_tests_of_one_name_apart_in_rust():
    other = of("shop", "cart::tests::empty")

    assert found("src/login.rs", "tests::empty", NEXTEST, other).identities == (NEXTEST,)


def test_an_exact_match_beats_one_by_suffix():
    function = of("tests.unit.test_login", "test_empty")

    assert found(PYTEST_FILE, "test_empty", PYTEST, function) == Match(How.EXACT, (function,))


def test_a_whole_name_beats_a_part_of_one():
    suite = of("example.com/shop/login", "TestSuite/TestLogin")
    alone = of("example.com/shop/login", "TestLogin")

    assert found("login/login_test.go", "TestLogin", suite, alone).identities == (alone,)


def test_two_tests_that_would_do_equally_well_are_ambiguous_and_none_is_taken():
    other = of("tests.unit.test_login.TestLogout", "test_empty")

    assert found(PYTEST_FILE, "test_empty", other, PYTEST) == Match(
        How.AMBIGUOUS,
        candidates=("tests.unit.test_login.TestLogin::test_empty", "tests.unit.test_login.TestLogout::test_empty"),
    )


def test_two_tests_with_one_id_are_ambiguous_too():
    one, other = of("Math", "adds", file="src"), of("src::Math", "adds")

    assert found("", "adds", one, other) == Match(How.AMBIGUOUS, candidates=("src::Math::adds", "src::Math::adds"))


def test_a_name_without_parameters_means_all_of_a_test():
    cases = of("tests.unit.test_login", "test_empty", "a"), of("tests.unit.test_login", "test_empty", "b")

    assert found(PYTEST_FILE, "test_empty", *reversed(cases)) == Match(How.EXACT, cases)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("test_empty[b::c]", "b::c"),
        ("test_empty[b.c-1]", "b.c-1"),
        ("test_empty(String)[2]", "(String)[2]"),
        ("test_empty with data set #1", "with data set #1"),
        ("test_empty[b[0]]", "b[0]"),
    ],
)
def test_a_name_with_parameters_means_the_one_case(name, parameters):
    cases = [of("tests.unit.test_login", "test_empty", each) for each in ("a", parameters)]

    assert found(PYTEST_FILE, name, *cases).identities == (cases[1],)


def test_parameters_that_no_case_has_mean_nothing():
    assert found(PYTEST_FILE, "test_empty[c]", of("tests.unit.test_login", "test_empty", "a")).how is How.NONE


def test_brackets_at_a_sentence_s_end_belong_to_it():
    fast, slow = of("", "adds numbers (fast)"), of("", "adds numbers (slow)")

    assert found("math.test.js", "adds numbers (fast)", fast, slow).identities == (fast,)


def test_a_go_test_means_its_subtests_too_whether_the_report_lists_the_test_itself_or_not():
    parent, subtest = of("example.com/shop/login", "TestLogin"), of("example.com/shop/login", "TestLogin/empty/at_once")

    assert found("login/login_test.go", "TestLogin", parent, subtest).identities == (parent, subtest)
    assert found("login/login_test.go", "TestLogin", subtest).identities == (subtest,)
    assert found("login/login_test.go", "TestLogin/empty", parent, subtest).identities == (subtest,)


def test_a_report_that_states_no_name_is_matched_by_its_class():
    error = of("tests.unit.test_login", "")

    assert found("", "test_login", error).identities == (error,)


def test_each_planned_test_has_its_match_in_the_plan_s_order():
    cart = of("tests.unit.test_cart", "test_total")

    matches = match([("", "test_total"), ("", "test_gone"), ("", "test_empty")], [PYTEST, cart])

    assert [each.identities for each in matches] == [(cart,), (), (PYTEST,)]


def test_a_full_id_leaves_out_what_the_report_does():
    assert full_id(of("TestLogin", "test_empty", "a", "x.py")) == "x.py::TestLogin::test_empty[a]"
    assert full_id(of("", "adds")) == "adds"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("a/b.py", "a/b.py", True),
        ("b.py", "a/b.py", True),
        ("/w/a/b.py", "a/b.py", True),
        ("b.py", "ab.py", False),
        ("a/b.py", "c/b.py", False),
    ],
)
def test_paths_agree_where_one_is_the_tail_of_the_other(one, other, agree):
    assert (paths_agree(one, other), paths_agree(other, one)) == (agree, agree)


def test_paths_are_compared_with_forward_slashes_and_without_detours():
    assert [path_of(each) for each in (".\\a\\b.py", "./a//b.py", " a/x/../b.py ", "")] == ["a/b.py", "a/b.py", "a/b.py", ""]


parts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
anything = st.builds(Identity, parts, parts, parts, parts)


@given(st.tuples(parts, parts), st.lists(anything, max_size=6), st.randoms())
def test_any_text_is_matched_without_an_error_and_whatever_the_order(planned, identities, random):
    shuffled = random.sample(identities, len(identities))

    assert match([planned], dict.fromkeys(identities)) == match([planned], dict.fromkeys(shuffled))


words = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)


@given(st.lists(words, min_size=1, max_size=3), words, words, st.lists(st.tuples(words, words), max_size=5))
def test_a_pytest_node_id_means_its_test_and_no_other(folders, module, name, others):
    path = "/".join([*folders, f"{module}.py"])
    test = of(".".join([*folders, module]), name)
    rest = [of(".".join([*folders, module, f"Test{other}"]), last) for other, last in others]

    assert found("", f"{path}::{name}", test, *dict.fromkeys(rest)) == Match(How.EXACT, (test,))
