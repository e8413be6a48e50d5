from io import BytesIO

import pytest

from config.wsgi import Request


def request(content_type: str) -> Request:
    return Request(
        {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": "a=b", "CONTENT_TYPE": content_type, "wsgi.input": BytesIO(b"")}
    )


@pytest.mark.parametrize("charset", ["zlib", "hex", "rot13", "no-such-thing"])
def test_a_charset_that_decodes_no_text_does_not_break_the_address(charset):
    assert request(f"text/plain; charset={charset}").GET["a"] == "b"


def test_the_declared_type_is_seen_as_it_came():
    assert request("text/plain; charset=zlib").META["CONTENT_TYPE"] == "text/plain; charset=zlib"
