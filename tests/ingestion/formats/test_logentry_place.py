import pytest

from ingestion.records import Location
from tests.ingestion.formats.entries import TRACEBACK, read, structured

OWN_FRAME = {"module": "logging", "function": "handle", "line": "978"}


@pytest.mark.parametrize(
    ("payload", "location"),
    [
        ({"labels": {"module": "shop.cart", "function": "add", "line": "12"}}, Location("shop.cart", "add", "", 12)),
        ({"pathname": "/srv/cart.py", "lineno": 12, "funcName": "add"}, Location("", "add", "/srv/cart.py", 12)),
        (
            {"logging.googleapis.com/sourceLocation": {"file": "cart.py", "line": "12", "function": "add"}},
            Location("", "add", "cart.py", 12),
        ),
        ({"source": {"file": "cart.go", "line": 12, "function": "main.add"}}, Location("", "main.add", "cart.go", 12)),
        ({"caller": "cart/add.go:12"}, Location(file="cart/add.go", line=12)),
        (
            {"record": {"module": "cart", "function": "add", "line": 4, "file": {"path": "/srv/cart.py"}}},
            Location("cart", "add", "/srv/cart.py", 4),
        ),
        ({"logger": "shop.cart"}, Location("shop.cart")),
        ({"name": "shop.cart"}, Location("shop.cart")),
        ({"name": "Ada Lovelace"}, Location()),
        ({"module": "shop.cart"}, Location("shop.cart")),
        ({"context": {"name": "shop.cart"}}, Location("shop.cart")),
        (
            {"labels": {"module": "shop.cart", "function": "add", "line": "12"}, "context": {"name": "api"}},
            Location("shop.cart", "add", "", 12),
        ),
        ({"file": "upload.pdf"}, Location()),
        ({"labels": OWN_FRAME}, Location("logging", "handle", "", 978)),
        ({"labels": OWN_FRAME, "context": {"name": "shop.cart"}}, Location("shop.cart")),
        ({"labels": OWN_FRAME, "logger": "logging"}, Location("logging", "handle", "", 978)),
        ({"labels": OWN_FRAME, "logger": "root"}, Location("logging", "handle", "", 978)),
        ({"logger": "logging"}, Location("logging")),
        ({"labels": OWN_FRAME, "logger": "shop.cart", "message": TRACEBACK}, Location("", "add", "/srv/shop/cart.py", 12)),
        ({"labels": OWN_FRAME, "exception": TRACEBACK}, Location("", "add", "/srv/shop/cart.py", 12)),
        ({"labels": {"module": "shop.views", "function": "get", "line": 3}, "exception": TRACEBACK}, Location("shop.views", "get", "", 3)),
        ({"labels": "none", "context": 4, "source": [], "caller": 5, "logger": {}}, Location()),
    ],
)
def test_the_place_is_the_most_telling_that_a_payload_states(payload, location):
    assert structured({"message": "hello", **payload}).location == location


def test_the_source_location_of_the_envelope_comes_first():
    record = read(
        sourceLocation={"file": "cart.py", "line": "12", "function": "add"}, textPayload="2025-08-28 00:20:14 - shop - INFO - hello"
    )

    assert record.location == Location("", "add", "cart.py", 12)


def test_the_place_in_the_text_is_taken_where_the_envelope_states_none():
    assert read(textPayload="2025-08-28 00:20:14 | INFO | shop:add:4 | hello").location == Location("shop", "add", "", 4)


@pytest.mark.parametrize("line", ["abc", -1, 0, 10**30, "1" * 5000, 1.5, True, None, [], "٣", " 12"])
def test_junk_for_a_line_number_is_no_line_number(line):
    assert read(sourceLocation={"file": "cart.py", "line": line}).location == Location(file="cart.py")
