import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.formats.text import read_line, read_text

MILLION = 1_000_000
HOSTILE = [
    *(
        " ",
        "[",
        "[ ",
        "<",
        "<red>",
        "\x1b",
        "\x1b[",
        "\x1b]",
        "\x1b[31",
        "1.1.1.1 ",
        "a.",
        "a:",
        "a-",
        "=",
        'a="',
        'a="\\',
        '"',
        "| ",
        " - ",
        "at ",
    ),
    *(
        "\n at ",
        "\n  File ",
        '\n  File "a", line 1, in f',
        "(",
        ":1",
        "\u00a0",
        "\r",
        "\x00",
        "\ud800",
        "::a",
        "Traceback (most recent call last):\n",
    ),
]


@pytest.mark.parametrize(
    "lead", ["", "2025-08-28 00:20:14", "[2025-08-28 00:20:14", "2025-08-28 00:20:14 | ERROR | ", "ERROR", "level=a ", '1 - "GET ']
)
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_of_a_million_characters_is_read(lead, piece):
    record = read_line(lead + piece * (MILLION // len(piece)))

    assert len(record.message) <= 16_384


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_and_can_be_stored(text):
    record = read_line(text)

    for stored in (record.message, record.raw):
        assert "\x00" not in stored
        stored.encode()


HEADS = [
    "",
    "2025-08-28 00:20:14",
    "[2025-08-28 00:20:14",
    " | ",
    " - ",
    "INFO",
    "[ERROR]",
    "shop.cart",
    ":",
    '"',
    "GET /",
    " 500",
    "\n",
    "at ",
    "<red>",
    "a=b",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(HEADS) | st.text(max_size=3), max_size=12))
def test_any_mixture_of_pieces_of_headers_is_read(pieces):
    assert isinstance(read_text("".join(pieces)).message, str)
