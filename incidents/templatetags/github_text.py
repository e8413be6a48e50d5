"""Filters for the templates of GitHub's texts, which are Markdown: what people wrote goes through one of them."""

from __future__ import annotations

from django import template

from incidents import quoting

register = template.Library()


@register.filter
def inline(text: str) -> str:
    """A text as one line of Markdown that shows it and breaks nothing."""
    return quoting.inline(str(text))


@register.filter
def code(text: str) -> str:
    """A name, a path or an expression as code."""
    return quoting.code(str(text))


@register.filter
def cell(markdown: str) -> str:
    """Finished Markdown for a cell of a table."""
    return quoting.cell(markdown)
