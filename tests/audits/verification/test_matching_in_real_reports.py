"""Planned names as people write them, in reports that the runners themselves wrote."""

from pathlib import Path

import pytest

from audits.evidence.reading import open_report
from audits.matching import match

REPORTS = Path(__file__).parents[1] / "evidence" / "reports"


@pytest.mark.parametrize(
    ("report", "file", "name", "how", "cases"),
    [
        ("pytest-xunit1.xml", "shop/test_cart.py", "TestCart::test_removes", "exact", 1),
        ("pytest-xunit2.xml", "shop/test_cart.py", "TestCart.test_removes()", "exact", 1),
        ("pytest-xunit2.xml", "shop/test_cart.py", "test_removes", "suffix", 1),
        ("pytest-xunit2.xml", "", "shop/test_cart.py::TestCart::test_removes", "exact", 1),
        ("pytest-xunit2.xml", "shop/test_login.py", "test_removes", "none", 0),
        ("pytest.ctrf.json", "shop/test_cart.py", "TestCart::test_removes", "exact", 1),
        ("pytest-reruns-and-subtests.xml", "more/test_flaky.py", "test_flaky", "exact", 1),
        ("unittest-xml-reporting.xml", "more/test_case.py", "CartTest.test_removes", "exact", 1),
        ("surefire-junit4.xml", "src/test/java/shop/CartTest.java", "removes", "suffix", 1),
        ("surefire-junit5.xml", "src/test/java/shop/CartTest.java", "CartTest#takes", "suffix", 2),
        ("surefire-junit5.xml", "src/test/java/shop/CartTest.java", "takes{int}[2]", "suffix", 1),
        ("surefire-junit5.xml", "src/test/java/shop/LoginTest.java", "removes", "none", 0),
        ("gotestsum.xml", "shop_test.go", "TestRemoves", "suffix", 1),
        ("gotestsum.xml", "shop/shop_test.go", "TestAccepts/two words", "suffix", 1),
        ("gotestsum.xml", "other/shop_test.go", "TestRemoves", "none", 0),
        ("jest-junit.xml", "t/cart.test.js", "cart > removes <b>apple</b>", "exact", 1),
        ("jest-junit.xml", "t/cart.test.js", "returns [1, 2]", "suffix", 1),
        ("jest.ctrf.json", "t/cart.test.js", "cart > adds", "suffix", 1),
        ("mocha-junit-reporter.xml", "m/cart.js", "cart adds", "suffix", 1),
        ("mocha-xunit.xml", "m/cart.js", "cart › adds", "suffix", 1),
        ("vitest.xml", "cart.test.mjs", "cart > adds", "exact", 1),
        ("vitest.xml", "", "adds", "suffix", 1),
        ("playwright.xml", "cart.spec.js", "cart > adds", "exact", 1),
        ("node-test.xml", "n/cart.test.js", "cart > adds", "suffix", 1),
        ("node-test.xml", "n/cart.test.js", "adds", "ambiguous", 0),
        ("phpunit.xml", "tests/CartTest.php", "CartTest::testRemoves", "suffix", 1),
        ("phpunit.xml", "tests/CartTest.php", 'testAccepts with data set "zero"', "suffix", 1),
        ("phpunit.xml", "tests/LoginTest.php", "testRemoves", "none", 0),
        ("rspec.xml", "spec/cart_spec.rb", "Cart adds", "exact", 1),
        ("googletest.xml", "cart_test.cc", "Cart.Removes", "suffix", 1),
        ("googletest.xml", "cart_test.cc", "Takes.One", "suffix", 2),
        ("bats.xml", "test/cart.bats", "adds", "suffix", 1),
    ],
)
def test_a_planned_name_is_found_in_a_runner_s_report(report, file, name, how, cases):
    with (REPORTS / report).open("rb") as opened:
        identities = dict.fromkeys(case.identity for case in open_report(opened))

    (found,) = match([(file, name)], identities)

    assert (found.how, len(found.identities)) == (how, cases)
