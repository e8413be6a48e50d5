import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.pieces import Piece
from ingestion.formats.bodies import Form, split
from ingestion.formats.logentry import read_logentry
from ingestion.formats.pieces import LENGTH, told
from ingestion.records import Record
from tests.shared_data import SHARED_DATA

FOLDER = SHARED_DATA / "gcp"
HEADER = "Traceback (most recent call last):"
DURING = "During handling of the above exception, another exception occurred:"
DIRECT = "The above exception was the direct cause of the following exception:"
CAUSE = f"""{HEADER}
  File "/srv/shop/views.py", line 7, in post
    cart.add(item)
  File "/srv/shop/cart.py", line 12, in add
    price = prices[item]
            ~~~~~~^^^^^^
KeyError: 'apple'"""
EFFECT = f"""{HEADER}
  File "/srv/shop/views.py", line 9, in post
    raise CartError("no price") from error
shop.errors.CartError: no price"""
JAVA = """java.lang.IllegalStateException: cart is closed
\tat com.acme.shop.Cart.add(Cart.java:12)
\tat java.base/java.lang.Thread.run(Thread.java:829)"""
JAVA_CHAIN = f"""Exception in thread "main" {JAVA}
Caused by: com.acme.shop.PriceException: no price
\tat com.acme.shop.Prices.read(Prices.java:40)
\t... 12 more
\tSuppressed: java.io.IOException: not closed
\t\tat com.acme.shop.Prices.close(Prices.java:50)
\tCaused by: java.io.IOException: disk
\t\t... 3 more
Caused by: java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.connect(Native Method)
\t... 14 common frames omitted"""
JAVASCRIPT = """TypeError: Cannot read properties of undefined (reading 'price')
    at Cart.add (/srv/shop/cart.js:12:7)
    at async Promise.all (index 0)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"""
JAVASCRIPT_CHAIN = """Error: could not load the cart
    at load (/srv/shop/cart.js:30:11)
    at file:///srv/shop/main.mjs:3:1 {
  code: 'CART',
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:5432
      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1495:16) {
    errno: -111,
    [cause]: AbortError: gave up
        at new Wait (/srv/shop/wait.js:1:2)
  }
}"""
DOTNET = """Unhandled exception. System.InvalidOperationException: cart is closed
 ---> System.ArgumentException: no price
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at Shop.Prices.Read(String item) in /srv/shop/Prices.cs:line 40
   --- End of inner exception stack trace ---
   at Shop.Cart.<>c__DisplayClass1_0.<<Add>b__0>d.MoveNext()
--- End of stack trace from previous location ---
   at Shop.Program.Main(String[] args)"""
GO = """panic: runtime error: index out of range [5] with length 3 [recovered]
\tpanic: again

goroutine 1 [running]:
main.(*Cart).add(0xc000012345, {0x1, 0x2})
\t/srv/shop/cart.go:12 +0x1d
main.main()
\t/srv/shop/main.go:3 +0x25
exit status 2"""
GO_SERVING = """http: panic serving 10.0.0.7:41234: no price
goroutine 34 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1850 +0xbf"""
RUBY = """cart.rb:12:in `add': undefined method `price' for nil:NilClass (NoMethodError)
\tfrom cart.rb:20:in `block in load'
\tfrom main.rb:3:in `<main>'"""
RUBY_CHAIN = """cart.rb:20:in 'Cart#load': cart is closed (Shop::CartError)
\tfrom main.rb:3:in '<main>'
prices.rb:4:in 'Hash#fetch': key not found: "apple" (KeyError)
\tfrom cart.rb:18:in 'Cart#load'"""
PHP = """PHP Fatal error:  Uncaught PDOException: no such table in /srv/shop/cart.php:12
Stack trace:
#0 /srv/shop/cart.php(12): PDO->query('SELECT 1')
#1 [internal function]: Cart->add()
#2 {main}

Next Shop\\CartError: cart is closed in /srv/shop/views.php:3
Stack trace:
#0 {main}
  thrown in /srv/shop/views.php on line 3"""
RUST = """thread 'main' panicked at src/cart.rs:12:5:
index out of bounds: the len is 3 but the index is 5
stack backtrace:
   0: rust_begin_unwind
             at /rustc/9fc6b431/library/std/src/panicking.rs:645:5
   1: shop::cart::add
             at ./src/cart.rs:12:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace."""
GROUP = f"""  + Exception Group {HEADER}
  |   File "/srv/shop/main.py", line 3, in <module>
  |     raise ExceptionGroup("carts", errors)
  | ExceptionGroup: carts (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | {HEADER}
    |   File "/srv/shop/cart.py", line 12, in add
    |     prices[item]
    |     ~~~~~~^^^^^^
    | KeyError: 'apple'
    +---------------- 2 ----------------
    | ValueError: pear
    +------------------------------------"""


@pytest.mark.parametrize(
    ("message", "exception"),
    [
        (CAUSE, "KeyError: 'apple'"),
        (f"Exception in worker process\n{CAUSE}", "KeyError: 'apple'"),
        (f"ValueError: pear\n{CAUSE}", "KeyError: 'apple'"),
        (f"Task failed: {HEADER}\n{CAUSE.partition(chr(10))[2]}", "KeyError: 'apple'"),
        (f"{CAUSE}\nKeyError: not this", "KeyError: 'apple'"),
        ("\n".join(f"    {line}" for line in CAUSE.split("\n")), "KeyError: 'apple'"),
        (f'{HEADER}\n  File "<string>", line 1\n    a b\n      ^\nSyntaxError: invalid syntax', "SyntaxError: invalid syntax"),
        (f'{HEADER}\n  File "a.py", line 1, in f\nKeyboardInterrupt', "KeyboardInterrupt"),
        (f'{HEADER}\n  File "a.py", line 1, in f\n__main__.f.<locals>.Odd: so', "__main__.f.<locals>.Odd: so"),
        (f'{HEADER}\n  File "a.py", line 1, in f\nException: two\nlines', "Exception: two"),
        ("{'trace': '" + CAUSE.replace("\n", "\\n").replace("'apple'", "apple") + "\\n'}", "KeyError: apple"),
        (f"{CAUSE}\n\n{DURING}\n\n{EFFECT}", "KeyError: 'apple'"),
        (f"{CAUSE}\n\n{DIRECT}\n\n{EFFECT}", "KeyError: 'apple'"),
        (GROUP, "KeyError: 'apple'"),
        (f"{GROUP}\n\n{DURING}\n\n{EFFECT}", "KeyError: 'apple'"),
        (JAVA, "java.lang.IllegalStateException: cart is closed"),
        (f"request failed\n{JAVA}", "java.lang.IllegalStateException: cart is closed"),
        (f"request failed: {JAVA}", "java.lang.IllegalStateException: cart is closed"),
        (
            f"{JAVA}\n\tSuppressed: java.io.IOException: not closed\n\tCaused by: java.io.IOException: disk",
            "java.lang.IllegalStateException: cart is closed",
        ),
        (JAVA_CHAIN, "java.net.ConnectException: Connection refused"),
        ("com.acme.Overflow: two\nlines\n\tat com.acme.Cart.add(Cart.kt:1)", "com.acme.Overflow: two"),
        ("a.BException: b\n\tat a.B.c(B.scala:1)\nWrapped by: a.CException: c\n\tat a.C.d(C.scala:1)", "a.BException: b"),
        (JAVASCRIPT, "TypeError: Cannot read properties of undefined (reading 'price')"),
        (f"Uncaught {JAVASCRIPT}", "TypeError: Cannot read properties of undefined (reading 'price')"),
        ("Error\n    at <anonymous>", "Error"),
        (JAVASCRIPT_CHAIN, "AbortError: gave up"),
        (DOTNET, "System.Net.Sockets.SocketException: Connection refused"),
        ("System.A.OneException: a ---> System.TwoException: b\n   at A.B.C(D e)", "System.TwoException: b"),
        (GO, "panic: runtime error: index out of range [5] with length 3 [recovered]"),
        (GO_SERVING, "panic: no price"),
        (
            "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()",
            "fatal error: all goroutines are asleep - deadlock!",
        ),
        (RUBY, "NoMethodError: undefined method `price' for nil:NilClass"),
        (RUBY_CHAIN, 'KeyError: key not found: "apple"'),
        ("Shop::CartError: closed\n/srv/cart.rb:12:in `add'\n/srv/main.rb:3:in `<main>'", "Shop::CartError: closed"),
        (PHP, "PDOException: no such table"),
        (RUST, "panic: index out of bounds: the len is 3 but the index is 5"),
    ],
)
def test_a_traceback_tells_the_exception_at_its_bottom(message, exception):
    assert told(message) == (Piece.TRACEBACK, exception)


@pytest.mark.parametrize("count", range(1, 7))
def test_a_traceback_that_was_cut_is_a_head_without_an_exception_and_a_tail_that_may_have_it(count):
    lines = CAUSE.split("\n")

    assert told("\n".join(lines[:count])) == (Piece.CUT, "")
    assert told("\n".join(lines[count:])) == (Piece.EXCEPTION, "KeyError: 'apple'")


@pytest.mark.parametrize(("first", "end"), [(first, end) for first in range(1, 6) for end in range(first + 1, 7)])
def test_a_part_from_within_a_traceback_is_a_fragment_unless_it_is_a_line_of_code_alone(first, end):
    part = CAUSE.split("\n")[first:end]

    expected = Piece.NONE if len(part) == 1 and first in (2, 4) else Piece.FRAGMENT
    assert told("\n".join(part)) == (expected, "")


def test_words_before_a_traceback_that_was_cut_may_name_the_exception():
    head = "\n".join(CAUSE.split("\n")[:3])

    assert told(f"while loading: KeyError: 'apple'\n{head}") == (Piece.CUT, "KeyError: 'apple'")
    assert told(f"Exception in worker process\n{head}") == (Piece.CUT, "")


def test_code_of_a_traceback_that_was_cut_names_no_exception():
    assert told(f'{HEADER}\n  File "a.py", line 1, in f\n    add()  # or KeyError: no price') == (Piece.CUT, "")


@pytest.mark.parametrize("joint", [DURING, DIRECT])
def test_what_joins_two_links_of_a_chain_is_a_connective(joint):
    assert told(joint) == (Piece.CONNECTIVE, "")
    assert told(f"\n{joint}\n\n{EFFECT}") == (Piece.CONNECTIVE, "shop.errors.CartError: no price")


@pytest.mark.parametrize(
    ("message", "exception"),
    [
        ("Caused by: java.io.IOException: disk", "java.io.IOException: disk"),
        ("Caused by: java.io.IOException", "java.io.IOException"),
        ("Caused by: java.io.IOException: disk\n\tat com.acme.Cart.add(Cart.java:1)\n\t... 12 more", "java.io.IOException: disk"),
        ("Caused by: a.BException: b\n\t... 12 more\nCaused by: a.CException: c", "a.CException: c"),
        ("Caused by: com.acme.Overflow: x", "com.acme.Overflow: x"),
        ("Next RuntimeException: closed in /srv/cart.php:3", "RuntimeException: closed"),
        (" ---> System.ArgumentException: no price", "System.ArgumentException: no price"),
        ("  [cause]: Error: connect ECONNREFUSED", "Error: connect ECONNREFUSED"),
    ],
)
def test_a_link_that_goes_on_with_a_chain_is_a_connective_that_names_its_exception(message, exception):
    assert told(message) == (Piece.CONNECTIVE, exception)


def test_the_end_of_a_pythons_first_link_is_an_exception_whatever_link_follows():
    tail = "\n".join(CAUSE.split("\n")[4:])

    assert told(f"{tail}\n\n{DURING}\n\n{EFFECT}") == (Piece.EXCEPTION, "KeyError: 'apple'")
    assert told(f"KeyError: 'apple'\n\n{DURING}\n\n{EFFECT}") == (Piece.EXCEPTION, "KeyError: 'apple'")


@pytest.mark.parametrize(
    "message",
    [
        '  File "/srv/shop/cart.py", line 12, in add',
        'File "/srv/shop/cart.py", line 12, in <module>',
        "    price = prices[item]\n            ~~~~~~^^^^^^",
        "            ^^^^^^^^",
        "  [Previous line repeated 996 more times]",
        "\tat com.acme.shop.Cart.add(Cart.java:12)",
        "at com.acme.shop.Cart.add(Cart.java:12)",
        "\t... 12 more",
        "    at Cart.add (/srv/shop/cart.js:12:7) {\n  code: 'X'\n}",
        "   at Shop.Program.Main(String[] args) in /srv/Program.cs:line 3\n   --- End of inner exception stack trace ---",
        "goroutine 1 [running]:",
        "main.main()\n\t/srv/shop/main.go:3 +0x25",
        "\t/srv/shop/main.go:3",
        "\tfrom cart.rb:20:in `block in load'",
        "#0 /srv/shop/cart.php(12): PDO->query('SELECT 1')\n#1 {main}",
        "Stack trace:\n#0 {main}",
        "  thrown in /srv/shop/views.php on line 3",
        "             at ./src/cart.rs:12:5",
        "    +---------------- 2 ----------------",
    ],
)
def test_lines_that_only_a_trace_has_are_a_fragment(message):
    assert told(message) == (Piece.FRAGMENT, "")


def test_the_frames_and_causes_below_a_java_exception_are_a_fragment_that_names_the_last_cause():
    below = JAVA_CHAIN.split("\n", 2)[2]

    assert told(below) == (Piece.FRAGMENT, "java.net.ConnectException: Connection refused")


@pytest.mark.parametrize(
    "line",
    [
        "ValueError: no such card",
        "java.lang.IllegalStateException: x",
        "asyncpg.exceptions.InvalidCatalogNameError: database does not exist",
        "psycopg.errors.UndefinedTable: relation",
        "shop.models.Cart.DoesNotExist: no such cart",
        "KeyError: 3",
        "SystemExit: 1",
        "KeyboardInterrupt",
        "builtins.Exception: x",
        "Illuminate\\Database\\QueryException: x",
        "ActiveRecord::RecordNotFound: x",
        "com.acme.Cart$ClosedException",
        "_InactiveRpcError: x",
        "Größenfehler.ÜberlaufError: x",
        "panic: runtime error: integer divide by zero",
    ],
)
def test_an_exception_alone_is_an_exception(line):
    assert told(line) == (Piece.EXCEPTION, line)


@pytest.mark.parametrize(
    ("message", "exception"),
    [
        ("ValueError: two\nlines", "ValueError: two"),
        ("ValueError:", "ValueError"),
        ('Exception in thread "main" java.lang.Error: x', "java.lang.Error: x"),
        ("cart.rb:12:in `add': closed (Shop::CartError)", "Shop::CartError: closed"),
        ("PHP Fatal error:  Uncaught Error: no function add() in /srv/cart.php:1", "Error: no function add()"),
        ("thread 'main' panicked at 'no price', src/cart.rs:12:5", "panic: no price"),
        ("thread 'main' (4321) panicked at src/cart.rs:12:5:\nno price", "panic: no price"),
        ("  | ValueError: pear", "ValueError: pear"),
    ],
)
def test_an_exception_is_told_without_what_stands_around_it(message, exception):
    assert told(message) == (Piece.EXCEPTION, exception)


def test_the_first_line_of_a_panic_whose_words_are_to_follow_is_cut():
    assert told("thread 'main' panicked at src/cart.rs:12:5:") == (Piece.CUT, "")


def test_a_report_that_begins_with_an_exception_is_more_than_an_exception():
    assert told("ValueError: pear\n" + "and so on\n" * 30) == (Piece.NONE, "ValueError: pear")


@pytest.mark.parametrize(
    ("message", "exception"),
    [
        ("Setup failed, details: ModuleNotFoundError: No module named 'x'", "ModuleNotFoundError: No module named 'x'"),
        ("ERROR: RuntimeError: failed: KeyError: 'apple'", "RuntimeError: failed: KeyError: 'apple'"),
        ("cart 3 failed\nwith ValueError: pear", "ValueError: pear"),
        ("/srv/cart.py:3: DeprecationWarning: use add", "DeprecationWarning: use add"),
    ],
)
def test_words_that_name_an_exception_are_no_piece_and_tell_it(message, exception):
    assert told(message) == (Piece.NONE, exception)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "   \n\t\n",
        "Error: disk full",
        "Error",
        "Exception",
        "WARNING: error rate high",
        "ERROR: 5 retries",
        "Timeout: 30",
        "ConnectTimeout: 30",
        "requestTimeout: soon",
        "app.error: closed",
        "set RetryOnTimeout: true",
        "Internal Server Error: /cart/",
        "(Caused by ConnectTimeoutError(<Connection object at 0x7f>, 'timed out'))",
        "Task raised unexpected: ValueError('pear')",
        "ErrorRecoveryManager: started",
        "shop.cart: closed",
        "server.port: 8080",
        "Caused by: a loose cable",
        "  Caused by: a loose cable",
        "  Suppressed: 3 warnings",
        "Next steps: none",
        "see the Traceback (most recent call last): above",
        'I read File "/srv/a.py", line 3, in the morning',
        "   at the end (of the day",
        "at least(3) carts",
        "#1 cart (of 3): closed",
        "  - Network: http://0.0.0.0:3000",
        "| 3 | pear |",
        "| KeyboardInterrupt",
        "  |   | KeyboardInterrupt",
        "cart.go:12",
        'File "/srv/a.py", line 3',
        "+-----+-----+",
        "}",
        "main.main()",
        'a message\nStack (most recent call last):\n  File "/srv/a.py", line 3, in add',
        '"main" #1 prio=5\n   java.lang.Thread.State: RUNNABLE\n\tat com.acme.Cart.add(Cart.java:1)',
    ],
)
def test_other_words_are_no_piece_and_name_none(message):
    assert told(message) == (Piece.NONE, "")


def test_a_long_message_of_an_exception_is_shortened():
    exception = told(f"ValueError: {'pear ' * 100}").exception

    assert len(exception) == LENGTH
    assert exception.endswith("…")


def test_of_very_many_lines_the_last_are_read():
    assert told(f"{HEADER}\n" + '  File "a.py", line 1, in f\n' * 500 + "ValueError: pear") == (Piece.TRACEBACK, "ValueError: pear")


PIECES = [
    *(HEADER, DURING, "KeyError: 'apple'", '  File "a.py", line 1, in f', "    code(1)", "     ^^^^", "  | ", "+-", "File ", "  "),
    *("Caused by: ", "a.BException", "\tat a.b(C.java:1)", "\tat ", "[cause]: ", " ---> ", "... 1 more", "panic: ", "x.go:1 +0x1"),
    *("goroutine 1 [x]:", "a.rb:1:in `b'", ": c (DError)", "#0 {main}", "Next ", "Uncaught ", "thread 'a' panicked at ", "b.rs:1:2:"),
    *("\n", "\n\n", ": ", ":", ".", "::", "\\n", "é", "\ud800", "\x00", "\u2028", "\xa0"),
]


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_any_text_tells_something_that_fits(message):
    piece, exception = told(message)

    assert piece in Piece
    assert len(exception) <= LENGTH
    assert "\n" not in exception


@pytest.mark.parametrize(
    "piece", [*PIECES, "a.", "ValueErro: ", "(", "[", "a/b(", "a(\n", "  at aaaaaaaa aaaaaaaa (\n", "Caused by: a.B: x\n"]
)
@pytest.mark.parametrize("lead", ["", f"{HEADER}\n", "    code\n"])
def test_hostile_text_is_read_in_time(lead, piece):
    message = (lead + piece * 16_384)[:16_384]

    began = time.process_time()
    told(message)

    assert time.process_time() - began < 0.05


@pytest.mark.shared_data
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the real logs are not beside this checkout (shared/data/gcp)")
def test_each_traceback_of_the_real_logs_names_its_exception_or_is_cut():
    records = [read_logentry(text) for file in FOLDER.glob("*.json") for text in split(file.read_bytes(), Form.JSON)]
    tracebacks = [record.message for record in records if isinstance(record, Record) and HEADER in record.message]

    assert len(tracebacks) > 0
    for message in tracebacks:
        piece, exception = told(message)
        assert piece is Piece.CUT or (piece is Piece.TRACEBACK and exception == message.split("\n")[-1])
