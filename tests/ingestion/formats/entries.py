"""Log entries for tests: a complete one, from which to take away or to which to add one thing."""

import json

from ingestion.formats.logentry import read_logentry
from ingestion.records import Record

TIME = "2025-08-28T00:20:14.123456789Z"
TRACEBACK = 'Traceback (most recent call last):\n  File "/srv/shop/cart.py", line 12, in add\n    broke()\nCartError: broke'


def entry(**fields):
    """An entry that is complete; take away or add one thing."""
    complete = {"insertId": "a1", "timestamp": TIME, "severity": "INFO", "textPayload": "hello"}
    return {name: value for name, value in {**complete, **fields}.items() if value is not ...}


def read(**fields) -> Record:
    record = read_logentry(json.dumps(entry(**fields)))
    assert isinstance(record, Record)
    return record


def structured(payload, **fields) -> Record:
    return read(textPayload=..., jsonPayload=payload, **fields)


def codes(record):
    return [note.code for note in record.notes]
