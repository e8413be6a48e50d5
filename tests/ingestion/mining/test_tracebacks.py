from ingestion.mining.masking import mask

PYTHON = """Traceback (most recent call last):
  File "/usr/lib/python3.11/runpy.py", line 88, in _run_code
    exec(code)
  File "/app/shop/orders.py", line {line}, in place
    raise KeyError(order)
KeyError: '{order}'
"""
CHAINED = """Traceback (most recent call last):
  File "/app/shop/db.py", line 3, in connect
    import missing
ModuleNotFoundError: No module named 'missing'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/shop/main.py", line 9, in start
    raise RuntimeError("no database")
RuntimeError: no database
"""
JAVA = """java.lang.IllegalStateException: order 4711
\tat java.base/java.util.Optional.get(Optional.java:143)
\tat com.example.shop.Orders.place(Orders.java:{line})
Caused by: java.net.ConnectException: refused
\tat com.example.shop.Db.open(Db.java:7)
"""


def test_a_traceback_amounts_to_its_exception_and_the_applications_frames():
    assert mask(PYTHON.format(line=7, order="A1")) == "Traceback KeyError in orders.py:place"


def test_line_numbers_and_values_do_not_part_tracebacks():
    assert mask(PYTHON.format(line=7, order="A1")) == mask(PYTHON.format(line=19, order="B2"))


def test_another_exception_at_the_same_place_is_another_traceback():
    assert mask(PYTHON.format(line=7, order="A1")) != mask(PYTHON.format(line=7, order="A1").replace("KeyError: ", "ValueError: "))


def test_a_chain_names_each_exception_with_its_place():
    assert mask(CHAINED) == "Traceback ModuleNotFoundError in db.py:connect then RuntimeError in main.py:start"


def test_java_frames_are_read_and_the_runtimes_own_left_out():
    told = mask(JAVA.format(line=12))

    assert told == mask(JAVA.format(line=99))
    assert "com.example.shop.Orders.place" in told
    assert "java.net.ConnectException in com.example.shop.Db.open" in told


def test_lines_without_frames_are_no_traceback():
    assert mask("first line\nsecond line 2") == "first line second line <NUM>"
