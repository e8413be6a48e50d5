"""Numbered pages with a count, and cursor pages for what is too long to count."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request

PAGE_SIZE = 50
LARGEST_PAGE = 500


class Pages(PageNumberPagination):
    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE


class CursorPages(CursorPagination):
    """Subclasses say what they are ordered by, newest first; a number leads, the rest makes the order total."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE
    ordering: str | tuple[str, ...] = "-id"
    # How far a page may lie within rows that are equal in the leading number. Plain lines without times all have their
    # batch's: with the library's 1,000 the pages after them would be one and the same, for ever.
    offset_cutoff = 2_000_000_000

    def decode_cursor(self, request: Request) -> Any:
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                int(cursor.position)
            except ValueError:
                raise NotFound(self.invalid_cursor_message) from None
        return cursor
