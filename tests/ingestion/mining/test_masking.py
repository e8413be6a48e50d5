import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.mining.masking import MASKED_LENGTH, mask


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("took 58.11s", "took <NUM>s"),
        ("job 6f1c0a52-9d5c-4f57-8a3e-0b3cf5f1d9aa done", "job <UUID> done"),
        ("mail to ada@example.org", "mail to <EMAIL>"),
        ("see https://example.org/a?b=1.", "see <URL>."),
        ("from 10.0.0.7:5432, from 10.0.0.8.", "from <IP>, from <IP>."),
        ("from fe80::250:56ff:fe9e:1", "from <IP>"),
        ("of 00:1b:77:aa:11:22", "of <MAC>"),
        ("on db-1.example.org:5432", "on <HOST>"),
        ("object at 0x7fccd6643250", "object at <HEX>"),
        ("commit 763603bcc00d65e4", "commit <HEX>"),
        ("at 2025-09-09T01:33:32.726Z it broke", "at <TIME> it broke"),
        ("at Fri Jun 17 20:55:07 2005", "at <TIME>"),
        ("until Tue, 12 Mar 2024 10:15:32 GMT", "until <TIME>"),
        ("from [2001:db8::1]:443", "from <IP>"),
        ("token dGhpcyBpcyBhIHRlc3Q= expired", "token <ID> expired"),
        ("user e2e-test_user7 unknown", "user <ID> unknown"),
        ("pipeline e2e-staging_pipeline", "pipeline <ID>"),
        ("opened /var/log/app.log, then C:\\Users\\ada\\x.txt", "opened <PATH>, then <PATH>"),
        ("read src/app/main.py", "read <PATH>"),
        ("node-128 and blk_-6952295868487656571", "node-<NUM> and blk_<NUM>"),
        ("1.5 KB of 12 GB", "<SIZE> of <SIZE>"),
        ("30 sec, 5 min or 2 hr", "<DURATION>, <DURATION> or <DURATION>"),
        ("two  blanks\tand a tab", "two blanks and a tab"),
        ("plain words stay, and/or I/O too", "plain words stay, and/or I/O too"),
        ("org.example.shop.Orders stays, so does a::b", "org.example.shop.Orders stays, so does a::b"),
        ("Ünïcode bleibt: 12 €, 数値 34", "Ünïcode bleibt: <NUM> €, 数値 <NUM>"),
    ],
)
def test_values_are_named_by_their_kind_and_words_stay(message, masked):
    assert mask(message) == masked


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("user=root uid=0", "user=<VALUE> uid=<NUM>"),
        ("tty= ruser=", "tty=<NONE> ruser=<NONE>"),
        ('tag="View Lock", name = shop', "tag=<VALUE>, name = <VALUE>"),
        ("box=[1,2][3,4]", "box=<VALUE>"),
        ("a == b", "a == b"),
        ("code=denied:state:7", "code=denied:state:<NUM>"),
    ],
)
def test_the_values_of_pairs_are_masked_whatever_they_are(message, masked):
    assert mask(message) == masked


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ('msg="the disk is full" disk=sda', 'msg="the disk is full" disk=<VALUE>'),
        ("event=user_created id=7", "event=user_created id=<NUM>"),
        ("refused, reason = out_of_stock", "refused, reason = out_of_stock"),
        ("on_event=x", "on_event=<VALUE>"),
    ],
)
def test_the_value_of_a_pair_that_says_what_happened_stays(message, masked):
    assert mask(message) == masked


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("no module named 'shop.orders'", "no module named '<STR>'"),
        ("state 'active'", "state 'active'"),
        ('{"id": 7, "name": "a-b"}', '{"id": <NUM>, "name": "<STR>"}'),
        ("enabled: True, parent: None", "enabled: <BOOL>, parent: <BOOL>"),
        ("connection from () at 5", "connection from (<NONE>) at <NUM>"),
        ("Invalid user  from 10.0.0.1", "Invalid user <NONE> from <IP>"),
        ("delete blk_1 blk_2 blk_3", "delete blk_<NUM>"),
        ("via 10.0.0.1,10.0.0.2", "via <IP>"),
        ('"GET / HTTP/1.1" 304 -', '"GET / HTTP/<NUM>" <NUM> <NUM>'),
        ('200 "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101" 5', '<NUM> "<STR>" <NUM>'),
        ('said "HTTP/1.1 404 Not Found"', 'said "HTTP/<NUM> <NUM> Not Found"'),
        ("called by a.b.C.go:12 a.b.D.run:13 a.E.up:9", "called by <FRAMES>"),
    ],
)
def test_what_shows_only_across_tokens_is_masked_too(message, masked):
    assert mask(message) == masked


def test_the_route_of_a_request_stays_without_its_values():
    assert mask('"GET /v2/shops/4711/orders/a1b2c3d4e5f6?x=1 HTTP/1.1" 200') == '"GET /v<NUM>/shops/<NUM>/orders/<HEX> HTTP/<NUM>" <NUM>'


def test_messages_that_differ_in_digits_and_their_number_have_one_masked_form():
    assert len({mask(f"order {number} took {number * 7.5} ms") for number in range(1, 5_000, 37)}) == 1


@given(st.text(max_size=200))
def test_any_text_is_masked(message):
    assert isinstance(mask(message), str)


@pytest.mark.parametrize(
    "hostile",
    ["a-", "1.", "://", "0", "ab@", "f", "a/", "0:", "=", 'k="', "'a ", "a=b{", "b=[", "\\0", "a.b:0 ", "GET /a ", "<NUM>,", "\ud800 "],
)
def test_a_long_hostile_message_is_masked_by_its_beginning_and_at_once(hostile):
    masked = mask(hostile * 100_000)

    assert len(masked) <= 4 * MASKED_LENGTH
