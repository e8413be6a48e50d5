import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.github.references import closing_references, issue_in

KEYWORDS = ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"]
LARGEST = 2**31 - 1


def closed(text: str) -> list[int]:
    return closing_references(text, repository="acme/shop")


@pytest.mark.parametrize("keyword", [spelt for word in KEYWORDS for spelt in (word, word.upper(), word.title(), f"{word}:")])
def test_each_of_github_s_keywords_closes(keyword):
    assert closed(f"Login works again.\n\n{keyword} #105") == [105]


@pytest.mark.parametrize(
    "text",
    [
        "fixes #3",
        "fixes:  #3.",
        "(fixes #3)",
        "hot-fix #3",
        "Fixes\n#3",
        "fixes acme/shop#3",
        "fixes ACME/Shop#3",
        "fixes GH-3",
        "fixes gh-3",
        "fixes https://github.com/acme/shop/issues/3",
        "fixes http://git.acme.example:8080/Acme/Shop/issues/3#issuecomment-1",
    ],
)
def test_an_issue_is_named_in_each_of_github_s_ways(text):
    assert closed(text) == [3]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#3",
        "see #3",
        "prefix #3",
        "fixing #3",
        "fixes 3",
        "fixes#3",
        "fixes issue #3",
        "fixes #3a",
        "fixes #3_",
        "fixes #0",
        "fixes #03",
        "fixes #٣",
        "fixes # 3",
        f"fixes #{LARGEST + 1}",
        "fixes #99999999999999999999",
        "fixes other/shop#3",
        "fixes acme/shop2#3",
        "fixes x/acme/shop#3",
        "fixes shop#3",
        "fixes https://github.com/other/shop/issues/3",
        "fixes https://github.com/acme/shop/pull/3",
        "<!-- For example: fixes #3 -->",
    ],
)
def test_what_closes_no_issue_of_the_repository_is_left_out(text):
    assert closed(text) == []


def test_several_are_found_each_once_in_order():
    text = f"Fixes #9, closes #2\nresolves acme/shop#{LARGEST} <!-- fixes #5 --> and fixes other/x#4; fix GH-2, fixes #9; close #1 <!-- "

    assert closed(text) == [9, 2, LARGEST, 1]


def test_only_the_issue_right_after_a_keyword_is_closed():
    assert closed("fixes #1, #2 and #3") == [1]


@given(st.lists(st.integers(1, LARGEST), max_size=5), st.text(alphabet="ab #-,/.\n", max_size=9))
def test_any_numbers_among_any_text_are_found(numbers, between):
    text = "".join(f" {between} fixes #{number} " for number in numbers)

    assert closed(text) == list(dict.fromkeys(numbers))


@pytest.mark.parametrize("pattern", ["fixes ", "fixes a/", "fixes https://a/b/", "<!--", "<!-- -->", "fixes #1 ", "fix", " ", "a/"])
def test_a_hostile_message_takes_no_more_time_than_its_length(pattern):
    text = f"fixes{(pattern * 1_000_000)[:1_000_000]}"
    began = time.process_time()

    closed(text)
    issue_in(text)

    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("typed", "issue"),
    [
        ("105", (None, 105)),
        (" #105\n", (None, 105)),
        ("acme/shop#105", ("acme/shop", 105)),
        ("Acme-1/shop.js_2#1", ("Acme-1/shop.js_2", 1)),
        ("acme/.github#1", ("acme/.github", 1)),
        ("https://github.com/acme/shop/issues/105", ("acme/shop", 105)),
        ("HTTP://git.acme.example:8443/acme/shop/issues/105/", ("acme/shop", 105)),
        ("https://github.com/acme/shop/issues/105#issuecomment-7", ("acme/shop", 105)),
        ("https://github.com/acme/shop/issues/105?a=b&c=#d", ("acme/shop", 105)),
        (str(LARGEST), (None, LARGEST)),
    ],
)
def test_an_issue_is_read_as_people_type_it(typed, issue):
    assert issue_in(typed) == issue


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "#",
        "0",
        "#0",
        "0105",
        "-1",
        "1.0",
        "٣",
        "12a",
        "#1 #2",
        "GH-1",
        "shop#1",
        "a/b/c#1",
        "../shop#1",
        "acme/..#1",
        "acme/.#1",
        "/shop#1",
        str(LARGEST + 1),
        "https://github.com/acme/shop/pull/105",
        "https://github.com/acme/shop/issues",
        "github.com/acme/shop/issues/1",
        "ftp://x/acme/shop/issues/1",
        "https://x/acme/../issues/1",
        "https://x/y/acme/shop/issues/1",
        "https://x/acme/shop/issues/1 2",
        "https://a@x/acme/shop/issues/1",
    ],
)
def test_what_names_no_issue_is_none(typed):
    assert issue_in(typed) is None
