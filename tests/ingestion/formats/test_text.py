import pytest

from incidents.clock import iso_ns
from incidents.severity import Severity
from ingestion.formats.text import read_line, read_text
from ingestion.records import Location

D, I, N, W, E, C = Severity.DEBUG, Severity.INFO, Severity.NOTICE, Severity.WARNING, Severity.ERROR, Severity.CRITICAL  # noqa: E741
NOWHERE = Location()


def at(module="", function="", file="", line=None):
    return Location(module, function, file, line)


HEADED = [
    # loguru
    ("2025-08-28 00:23:43.240 | INFO     | shop.cart:add:47 | Added | 2 items", I, at("shop.cart", "add", "", 47), "Added | 2 items"),
    ("2025-08-28 00:23:43.240 | ERROR    | shop.cart:<module>:4 - it - broke", E, at("shop.cart", "<module>", "", 4), "it - broke"),
    ("2025-08-28 00:23:43 | SUCCESS  | __main__:main:9 - done", I, at("__main__", "main", "", 9), "done"),
    ("2025-08-28 00:23:43.240 | ERROR | worker-7 | shop.cart:add:47 - broke", E, at("shop.cart", "add", "", 47), "broke"),
    (
        "\x1b[32m2025-08-28 00:23:43.240\x1b[0m | \x1b[33m\x1b[1mWARNING \x1b[0m"
        " | \x1b[36mshop.cart\x1b[0m:\x1b[36madd\x1b[0m:\x1b[36m7\x1b[0m"
        " - \x1b[33m\x1b[1mlow\x1b[0m",
        *(W, at("shop.cart", "add", "", 7), "low"),
    ),
    ("2025-08-28 00:23:43.240 | ERROR    | shop.cart:add:47 | <red>Broke</red>", E, at("shop.cart", "add", "", 47), "Broke"),
    ('2025-08-28 00:23:43.240 | ERROR    | shop.cart:add:47 | <red>No table "x', E, at("shop.cart", "add", "", 47), 'No table "x'),
    (
        "<green>2025-08-28 00:23:43.240</green> | <level>INFO    </level> | <cyan>shop</cyan>:<cyan>f</cyan>:<cyan>4</cyan>"
        " - <level>hi</level>",
        *(I, at("shop", "f", "", 4), "hi"),
    ),
    ("2025-08-28 00:23:43 | ERROR | shop.cart | broke", E, at("shop.cart"), "broke"),
    ("2025-08-28 00:23:43 | ERROR | It broke | badly", E, NOWHERE, "It broke | badly"),
    # Python's logging
    ("2025-08-28 00:23:46,795 - shop.cart - WARNING - careful - now", W, at("shop.cart"), "careful - now"),
    ("2025-08-28 00:23:46,795 - the-shop - shop.cart - INFO - ready", I, at("shop.cart"), "ready"),
    ("2025-08-28 00:23:46 - shop.cart - ERROR - broke", E, at("shop.cart"), "broke"),
    ("2025-08-28 00:23:46.795 - shop.cart - CRITICAL - broke", C, at("shop.cart"), "broke"),
    ("2025-08-28 00:23:46,795 - INFO - ready to go", I, NOWHERE, "ready to go"),
    ("2025-08-28 00:23:46,795 - INFO - shop.cart - ready", I, at("shop.cart"), "ready"),
    ("2025-08-28 00:23:46,795 - shop - ERROR - [views.py:33] - broke", E, at("shop", "", "views.py", 33), "broke"),
    ("2025-08-28 00:23:46,795 - shop - ERROR: broke - again", E, at("shop"), "broke - again"),
    ("2025-08-28 00:23:46,795 shop.cart ERROR broke here", E, at("shop.cart"), "broke here"),
    ("2025-08-28 00:23:46,795 shop ERROR broke here", E, at("shop"), "broke here"),
    ("2025-08-28 00:23:46,795 ERROR broke here", E, NOWHERE, "broke here"),
    ("2025-08-28 00:23:46,795 [ERROR] shop.cart: broke", E, at("shop.cart"), "broke"),
    ("2025-08-28 00:23:46,795 ERROR ValueError: broke", E, NOWHERE, "ValueError: broke"),
    ("2025-08-28 00:23:46,795 ERROR shop.errors.CartError: broke", E, NOWHERE, "shop.errors.CartError: broke"),
    ("2025-08-28 00:23:46 Error while closing", None, NOWHERE, "Error while closing"),
    ("2025-08-28 00:23:46 got ERROR from afar", None, NOWHERE, "got ERROR from afar"),
    ("2025-08-28 00:23:46 [shop.spider] INFO: opened", I, at("shop.spider"), "opened"),
    ("INFO 2025-08-28 00:20:14,492 views 12 139 hello there", I, at("views"), "hello there"),
    ("[2025-08-28 00:20:14,123: ERROR/ForkPoolWorker-1] Task broke", E, NOWHERE, "Task broke"),
    # gunicorn: a process id and a level, and no place
    ("[2025-08-28 00:20:14 +0000] [14] [INFO] Error while closing socket", I, NOWHERE, "Error while closing socket"),
    ("[2025-08-28 00:20:14 +0000] [14] [ERROR] reason: worker failed", E, NOWHERE, "reason: worker failed"),
    ('[2025-08-28 00:20:14 +0000] [14] [INFO] 192.0.2.1:1 - "WebSocket /ws" 403', I, NOWHERE, '192.0.2.1:1 - "WebSocket /ws" 403'),
    # Java
    ("2025-08-28 00:20:14,492 ERROR [main] com.acme.Foo - broke", E, at("com.acme.Foo"), "broke"),
    ("2025-08-28 00:20:14,492 [main] ERROR com.acme.Foo - broke", E, at("com.acme.Foo"), "broke"),
    ("2025-08-28T00:20:14.492Z  WARN 1 --- [main] c.acme.Foo          : low", W, at("c.acme.Foo"), "low"),
    ("2025-08-28T00:20:14.492Z ERROR 1 --- [shop] [nio-1] c.acme.Foo : broke", E, at("c.acme.Foo"), "broke"),
    # Go, Rust, servers
    ("2025-08-28T00:20:14.492Z\tERROR\tcart/add.go:12\tbroke\t{}", E, at("", "", "cart/add.go", 12), "broke\t{}"),
    ("2025-08-28T00:20:14.492Z ERROR shop::cart: broke", E, at("shop::cart"), "broke"),
    ("[2025-08-28T00:20:14Z ERROR shop::cart] broke", E, at("shop::cart"), "broke"),
    ("2025/08/28 00:20:14 [error] 12#12: *1 connect() failed", E, NOWHERE, "12#12: *1 connect() failed"),
    ("[Thu Aug 28 00:20:14.492 2025] [core:error] [pid 12] broke", E, NOWHERE, "broke"),
    ('2025-08-28 00:20:14.492 UTC [12] ERROR:  relation "x" does not exist', E, NOWHERE, 'relation "x" does not exist'),
    ("2025-08-28T00:20:14.492Z stderr F 2025-08-28 00:20:14 - shop - ERROR - broke", E, at("shop"), "broke"),
    ("2025/08/28 00:20:14 main.go:12: hello", None, at("", "", "main.go", 12), "hello"),
    ("2025/08/28 00:20:14 hello", None, NOWHERE, "hello"),
]

UNTIMED = [
    ("00:20:14.492 [main] ERROR c.acme.Foo - broke", E, at("c.acme.Foo"), "broke"),
    ("ERROR:shop.cart:broke", E, at("shop.cart"), "broke"),
    ("WARNING:root:broke", W, at("root"), "broke"),
    ("INFO:     Started server process [1]", I, NOWHERE, "Started server process [1]"),
    ("ERROR:    Exception in ASGI application", E, NOWHERE, "Exception in ASGI application"),
    ("INFO  [shop.migrations.env] Context", I, at("shop.migrations.env"), "Context"),
    ("ERROR: disk full", E, NOWHERE, "disk full"),
    ("[ERROR] disk full", E, NOWHERE, "disk full"),
    ("Error: cannot find module", E, NOWHERE, "Error: cannot find module"),
    ("E0828 00:20:14.123456   1 cart.go:12] broke", E, at("", "", "cart.go", 12), "broke"),
    ("W0828 00:20:14.123456       1 cart.go:12] low", W, at("", "", "cart.go", 12), "low"),
    ('level=error msg="it \\"broke\\"" caller=cart.go:12 logger=shop', E, at("shop", "", "cart.go", 12), 'it "broke"'),
    ('{"level":"warn","msg":"low","logger":"shop"}', W, at("shop"), "low"),
    ('{"level":50,"msg":"broke"}', E, NOWHERE, "broke"),
    ("Jan  2 15:04:05 host shopd[12]: ERROR: broke", E, NOWHERE, "broke"),
    ("<12>Jan  2 15:04:05 host shopd[12]: low", W, NOWHERE, "low"),
    ("fail: Acme.Shop.Cart[0]\n      broke", E, at("Acme.Shop.Cart"), "broke"),
]

ACCESS = [
    ('192.0.2.1:40856 - "GET /health HTTP/1.1" 200', I),
    ('192.0.2.1:40856 - "WebSocket /ws" 403', W),
    ('2001:db8::1 - - [28/Aug/2025:00:20:14 +0000] "POST /a HTTP/1.1" 503 12 "-" "curl/8"', E),
    ('192.0.2.1 - bob [28/Aug/2025:00:20:14 +0000] "GET /a HTTP/1.1" 404 12', W),
]

PLAIN = [
    '" does not exist</b>',
    "the word ERROR stands in the midst",
    "Error while closing socket",
    "ERROR handling enabled",
    "an error: level=high",
    "  - Network: http://0.0.0.0:3000",
    "[worker-1] started",
    "<class 'ValueError'> was raised",
    "May the force be with you",
    '{"a": 1}',
    "During handling of the above exception, another exception occurred:",
]


@pytest.mark.parametrize(("text", "severity", "location", "message"), HEADED + UNTIMED)
def test_a_loggers_header_tells_severity_and_place_and_leaves_the_message(text, severity, location, message):
    said = read_text(text)

    assert (said.severity, said.location, said.message) == (severity, location, message)


@pytest.mark.parametrize("text", [row[0] for row in HEADED])
def test_a_headed_line_has_its_own_time(text):
    assert iso_ns(read_text(text).time_ns)[:17] in {"2025-08-28T00:20:", "2025-08-28T00:23:"}


@pytest.mark.parametrize("text", [row[0] for row in UNTIMED] + PLAIN)
def test_a_line_without_a_whole_time_has_none(text):
    assert read_text(text).time_ns is None


@pytest.mark.parametrize(("text", "severity"), ACCESS)
def test_an_access_line_is_as_severe_as_its_status(text, severity):
    said = read_text(text)

    assert (said.severity, said.message) == (severity, text)


@pytest.mark.parametrize(
    ("text", "severity"),
    [('[28/Aug/2025 00:20:14] "GET / HTTP/1.1" 500 123', E), ('[2025-08-28T00:20:14.492Z] "GET / HTTP/1.1" 404 NR', W)],
)
def test_an_access_line_that_begins_with_its_time_is_read_without_it(text, severity):
    said = read_text(text)

    assert said.severity is severity
    assert said.message.startswith('"GET / HTTP/1.1"')
    assert iso_ns(said.time_ns).startswith("2025-08-28T00:20:14")


def test_a_level_that_the_line_states_beats_the_status():
    assert read_text('INFO:     192.0.2.1:4 - "GET / HTTP/1.1" 500 Internal Server Error').severity is I


@pytest.mark.parametrize("text", PLAIN)
def test_prose_has_neither_severity_nor_place_and_stays_as_it_is(text):
    said = read_text(text)

    assert (said.severity, said.location, said.message) == (None, NOWHERE, text)


@pytest.mark.parametrize("text", ["CRITICAL: shields down", "[ERROR] disk full", "WARNING  low"])
def test_where_the_level_is_known_a_leading_level_is_the_programs_own_word(text):
    assert read_text(text, level_known=True).message == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('" does not exist</red>', '" does not exist'),
        ("<red><bold>broke</bold></red>", "broke"),
        ("<light-blue>a <red>b</red> c</light-blue>", "a <red>b</red> c"),
        ("<p>hello</p>", "<p>hello</p>"),
        ("<function f at 0x7f>", "<function f at 0x7f>"),
        ("\x1b[31mred\x1b[0m and \x1b]8;;http://x\x07link\x1b]8;;\x07", "red and link"),
        ("cut off \x1b[3", "cut off"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("one\r\ntwo\rthree\t4  \n", "one\ntwo\nthree\t4"),
    ],
)
def test_a_message_is_free_of_markup_and_control_characters(text, message):
    assert read_text(text).message == message


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("2025-08-28 00:20:14,5", "2025-08-28T00:20:14.500000000Z"),
        ("2025-08-28 00:20:14", "2025-08-28T00:20:14.000000000Z"),
        ("2025-08-28T00:20:14.123456789Z", "2025-08-28T00:20:14.123456789Z"),
        ("2025-08-28T02:20:14+02:00", "2025-08-28T00:20:14.000000000Z"),
        ("2025-08-27 19:20:14 -0500", "2025-08-28T00:20:14.000000000Z"),
    ],
)
def test_a_line_is_dated_by_its_own_time_which_is_utc_unless_it_says_otherwise(stamp, time):
    assert iso_ns(read_line(f"{stamp} hello").time_ns) == time


@pytest.mark.parametrize("stamp", ["2025-13-28 00:20:14", "2025-08-28 25:20:14", "0001-01-01 00:00:00", "9999-01-01 00:00:00"])
def test_a_time_that_cannot_be_is_no_time(stamp):
    assert read_line(f"{stamp} hello").time_ns is None


def test_a_plain_line_is_a_record_without_time_and_nothing_to_remark():
    record = read_line("  hello")

    assert (record.message, record.raw, record.severity, record.time_ns) == ("  hello", "  hello", Severity.DEFAULT, None)
    assert (record.notes, record.stream, record.instance, record.insert_id) == ((), "", "", "")


def test_a_combined_access_line_is_dated_by_the_time_inside_it():
    assert iso_ns(read_line(ACCESS[2][0]).time_ns) == "2025-08-28T00:20:14.000000000Z"


def test_a_line_with_a_nul_is_cleaned_with_a_remark():
    record = read_line("a\x00b")

    assert (record.message, record.raw) == ("ab", "a\ufffdb")
    assert [note.code for note in record.notes] == ["cleaned"]


def test_a_line_that_is_too_long_is_cut_with_a_remark():
    record = read_line("x" * 300_000)

    assert (len(record.message), len(record.raw)) == (16_384, 262_144)
    assert [note.code for note in record.notes] == ["cut", "raw_cut"]
    assert "from 300,000 to 16,384 characters" in record.notes[0].detail


@pytest.mark.parametrize(
    "line", ['time="2025-08-28T00:20:14Z" level=info msg=hello', '{"time":"2025-08-28T00:20:14Z","level":"info","msg":"hello"}']
)
def test_a_line_of_pairs_is_dated_by_the_time_among_them(line):
    record = read_line(line)

    assert (iso_ns(record.time_ns), record.message) == ("2025-08-28T00:20:14.000000000Z", "hello")
