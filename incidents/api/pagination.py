"""Numbered pages with a count, and cursor pages for what is too long to count."""

from rest_framework.pagination import CursorPagination, PageNumberPagination

PAGE_SIZE = 50
LARGEST_PAGE = 500


class Pages(PageNumberPagination):
    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE


class CursorPages(CursorPagination):
    """Subclasses say what they are ordered by, newest first."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE
    ordering: str | tuple[str, ...] = "-id"
