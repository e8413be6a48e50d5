"""The WSGI entry point for gunicorn."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """A request whose declared charset Django can use while it reads the address.

    Python knows codecs that decode no text (`charset=zlib`). Django would fall over them before any error can be
    answered; here they are hidden from it, and the views see the header as it came.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        declared = environ.get("CONTENT_TYPE", "")
        kind, parameters = parse_header_parameters(declared)
        usable = declared if _decodes_text(parameters.get("charset", "utf-8")) else kind
        super().__init__(environ | {"CONTENT_TYPE": usable})
        self.META["CONTENT_TYPE"] = declared


def _decodes_text(charset: str) -> bool:
    try:
        "".encode(charset)
    except LookupError:
        return False
    return True


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
