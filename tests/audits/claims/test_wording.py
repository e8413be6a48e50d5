import pytest

from audits.claims.wording import Sign, alike, key_value, plain, sign_of, similar, unquoted


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("✅ **Done** with `a_b*c`", "Done with a_b*c"),
        ("**❌ Missing** check", "Missing check"),
        ("see [the issue](https://example.org/1) and <b>more</b>", "see the issue and more"),
        ("5 * 3 and snake_case_name", "5 * 3 and snake_case_name"),
        ("__Strong__ ~~gone~~", "Strong gone"),
    ],
)
def test_words_come_without_markup(raw, words):
    assert plain(raw) == words


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("**Impact**: late mails", ("Impact", "late mails")),
        ("**Impact:** late mails", ("Impact", "late mails")),
        ("**Root cause.** the cache", ("Root cause", "the cache")),
        ("✅ **Status** - done", ("Status", "done")),
        ("Severity: ERROR", ("Severity", "ERROR")),
        ("→ Answer: because", ("Answer", "because")),
        ("**Test cases:**", ("Test cases", "")),
        ("https://example.org/a", None),
        ("We looked at it and found this: nothing at all to see", None),
        ("**A whole sentence. Approved.** More", None),
    ],
)
def test_a_line_is_a_key_and_a_value_where_it_reads_like_one(raw, found):
    assert key_value(raw) == found


def test_the_first_tick_or_cross_is_the_sign():
    assert (sign_of("x ❌ then ✅"), sign_of("- ✔ fine"), sign_of("plain")) == (Sign.CROSS, Sign.TICK, Sign.NONE)


def test_quotation_marks_go_only_from_around_the_whole():
    assert unquoted('"a b"') == "a b"
    assert unquoted('"a" and "b"') == '"a" and "b"'


def test_long_words_weigh_more_than_short_ones():
    choice = "CommitFailedException storm after a poll timeout"

    assert alike("CommitFailedException: offset commit failed", choice) > alike("poll timeout has expired", choice)


def test_a_restatement_is_similar_and_another_cause_is_not():
    assert similar("the cache is filled outside of the lock", "Cache filled outside the lock, under load")
    assert not similar("the cache is filled outside of the lock", "a certificate expired on Sunday")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("`<b>x</b>` and <b>y</b>", "<b>x</b> and y"),
        ("`[a](b)` and [c](d)", "[a](b) and c"),
        ("[`a.py`](https://example.org)", "a.py"),
        ("`` `x` `` and ```a``b```", "`x` and a``b"),
        ("**a `code`** b", "a code b"),
        ("an open ` tick and `` two", "an open ` tick and `` two"),
        ("`:x:` ❌", ":x:"),
    ],
)
def test_code_keeps_its_own_marks(raw, words):
    assert plain(raw) == words
