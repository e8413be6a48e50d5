import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.severity import Severity
from ingestion.formats.text import read_text
from ingestion.formats.traceback import Frame, read_traceback
from ingestion.records import Location

CAUSE = """Traceback (most recent call last):
  File "/srv/shop/cart.py", line 12, in add
    price = prices[item]
            ~~~~~~^^^^^^
KeyError: 'apple'
"""
BRIDGE = "\nDuring handling of the above exception, another exception occurred:\n\n"
EFFECT = """Traceback (most recent call last):
  File "/srv/shop/views.py", line 7, in post
    cart.add(item)
  File "/srv/shop/cart.py", line 14, in add
    raise CartError(f"no price: {item}")
  File "/usr/local/lib/python3.11/site-packages/cartlib/errors.py", line 3, in __init__
    super().__init__(text)
shop.errors.CartError: no price: apple
"""
ONLY_LIBRARY = """Traceback (most recent call last):
  File "<frozen importlib._bootstrap>", line 1204, in _gcd_import
  File "/usr/lib/python3.11/importlib/__init__.py", line 126, in import_module
  File "<string>", line 1, in <module>
ImportError: no
"""


def test_a_traceback_names_what_was_raised_and_its_frames():
    traceback = read_traceback(CAUSE)

    assert (traceback.exception_type, traceback.exception_message) == ("KeyError", "'apple'")
    assert traceback.frames == (Frame("/srv/shop/cart.py", 12, "add"),)
    assert traceback.chain == ()


def test_of_a_chain_the_last_exception_was_raised_and_the_first_led_to_it():
    traceback = read_traceback(CAUSE + BRIDGE + EFFECT)

    assert (traceback.exception_type, traceback.exception_message) == ("shop.errors.CartError", "no price: apple")
    assert [link.exception_type for link in traceback.chain] == ["KeyError"]


def test_the_innermost_frame_is_the_applications_and_not_a_librarys():
    assert read_traceback(EFFECT).innermost == Frame("/srv/shop/cart.py", 14, "add")


def test_of_a_chain_the_place_is_that_of_what_was_raised_in_the_end():
    assert read_traceback(CAUSE + BRIDGE + EFFECT).innermost == Frame("/srv/shop/cart.py", 14, "add")


def test_where_only_libraries_stand_the_innermost_of_them_is_taken():
    assert read_traceback(ONLY_LIBRARY).innermost == Frame("<string>", 1, "<module>")


def test_where_what_was_raised_has_only_library_frames_its_cause_tells_the_place():
    assert read_traceback(CAUSE + BRIDGE + ONLY_LIBRARY).innermost == Frame("/srv/shop/cart.py", 12, "add")


@pytest.mark.parametrize(
    "file",
    [
        *(
            "/usr/lib/python3/dist-packages/a.py",
            "/srv/venv/lib/python3.12/site-packages/a.py",
            "/usr/local/lib/python3.11/json/decoder.py",
        ),
        *("<frozen runpy>", "<string>", "C:\\Python311\\Lib\\json\\decoder.py"),
    ],
)
def test_installed_code_is_library(file):
    assert Frame(file, 1, "f").is_library


@pytest.mark.parametrize("file", ["/srv/shop/cart.py", "/home/python/shop/cart.py", "cart.py", "/app/lib/cart.py", "C:\\shop\\cart.py"])
def test_other_code_is_the_applications(file):
    assert not Frame(file, 1, "f").is_library


def test_text_without_a_traceback_has_none():
    assert read_traceback('I read File "/srv/a.py", line 3, in the morning') is None


@pytest.mark.parametrize("length", range(0, len(CAUSE + BRIDGE + EFFECT), 7))
def test_a_traceback_that_was_cut_off_anywhere_is_read(length):
    whole = CAUSE + BRIDGE + EFFECT

    read_traceback(whole[:length])
    read_traceback(whole[length:])


def test_a_traceback_without_its_header_still_tells_the_place():
    said = read_text(EFFECT.split("\n", 1)[1])

    assert (said.severity, said.location.file, said.location.line) == (Severity.ERROR, "/srv/shop/cart.py", 14)


def test_the_message_of_a_traceback_is_the_traceback():
    said = read_text(CAUSE)

    assert said.is_trace
    assert (said.severity, said.location, said.message) == (Severity.ERROR, Location("", "add", "/srv/shop/cart.py", 12), CAUSE.rstrip())


def test_a_place_that_the_logger_states_beats_the_traceback_below_it():
    said = read_text(f"2025-08-28 00:20:14,1 - shop.views - WARNING - failed\n{CAUSE}")

    assert (said.severity, said.location, said.is_trace) == (Severity.WARNING, Location("shop.views"), False)


def test_where_a_logger_states_no_place_the_traceback_below_it_does():
    said = read_text(f"[2025-08-28 00:20:14 +0000] [9] [ERROR] failed\n{CAUSE}")

    assert said.location == Location("", "add", "/srv/shop/cart.py", 12)


STACKS = [
    (
        'Exception in thread "main" com.acme.CartError: no\n\tat java.base/java.util.Map.get(Map.java:3)'
        "\n\tat com.acme.Cart.add(Cart.java:12)",
        Location("com.acme.Cart", "add", "Cart.java", 12),
    ),
    ("com.acme.CartError: no\n\tat com.acme.Cart.add(Cart.java:12) ~[shop.jar:1.0]\n", Location("com.acme.Cart", "add", "Cart.java", 12)),
    ("\tat com.acme.Cart.<init>(Unknown Source)", Location("com.acme.Cart", "<init>")),
    ("Caused by: com.acme.CartError: no", Location()),
    (
        "TypeError: x is undefined\n    at get (/srv/node_modules/lib/a.js:1:2)\n    at async Cart.add [as plus] (/srv/cart.js:3:4)",
        Location("", "Cart.add", "/srv/cart.js", 3),
    ),
    ("    at /srv/cart.js:3:4", Location("", "", "/srv/cart.js", 3)),
    ("    at process.run (node:internal/process:1:2)", Location("", "process.run", "node:internal/process", 1)),
    ("panic: no price\n\ngoroutine 1 [running]:", Location()),
]


@pytest.mark.parametrize(("text", "location"), STACKS)
def test_a_stack_trace_of_another_language_is_an_error_and_tells_the_place(text, location):
    said = read_text(text)

    assert (said.severity, said.location) == (Severity.ERROR, location)


@pytest.mark.parametrize("text", ["we met at noon (in town:1:2)", "  at noon", "list:\n  at (home)", "panic: none here"])
def test_prose_with_an_at_is_no_stack_trace(text):
    assert read_text(text).severity is None


@settings(deadline=None)
@given(st.lists(st.sampled_from([*CAUSE.splitlines(True), *EFFECT.splitlines(True), BRIDGE, "  | ", "\n", "at a (b:1:2)\n"]) | st.text()))
def test_any_mixture_of_lines_is_read(lines):
    read_traceback("".join(lines))
    read_text("".join(lines))
