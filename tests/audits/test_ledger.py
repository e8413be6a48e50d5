"""The evidence chain as plain data: whatever is done to it shows, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.ledger import Link, breaks, canonical, digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def a_chain(*contents: object) -> list[Link]:
    links: list[Link] = []
    for seq, content in enumerate(contents, start=1):
        previous, written = links[-1].digest if links else "", canonical(content)
        links.append(Link(seq, "run", written, previous, digest(previous=previous, seq=seq, kind="run", content=written)))
    return links


def found(links: list[Link], *, of: list[Link]) -> list[tuple[int, str]]:
    return [(one.seq, one.code) for one in breaks(links, length=len(of), head=of[-1].digest if of else "")]


CHAIN = a_chain({"stage": "before_fix"}, {"stage": "after_fix"}, {"score": 99.3}, {"phase": "commit"})


@given(st.lists(JSON, max_size=5))
def test_a_chain_as_it_was_written_is_whole(contents):
    links = a_chain(*contents)

    assert found(links, of=links) == []


@given(st.integers(0, 3), st.data())
def test_a_flipped_byte_shows_at_its_record(at, data):
    content = bytearray(CHAIN[at].content)
    byte = data.draw(st.integers(0, len(content) - 1))
    content[byte] ^= data.draw(st.integers(1, 255))
    link = CHAIN[at]

    flipped = [*CHAIN[:at], Link(link.seq, link.kind, bytes(content), link.previous, link.digest), *CHAIN[at + 1 :]]

    assert found(flipped, of=CHAIN) == [(at + 1, "content_changed")]


@pytest.mark.parametrize("at", range(4))
def test_a_missing_record_is_named(at):
    assert (at + 1, "record_missing") in found([*CHAIN[:at], *CHAIN[at + 1 :]], of=CHAIN)


def test_a_chain_that_lost_everything_is_named():
    assert found([], of=CHAIN) == [(1, "record_missing")]


@pytest.mark.parametrize("at", range(3))
def test_swapped_contents_show_at_both_records(at):
    first, second = CHAIN[at], CHAIN[at + 1]
    swapped = list(CHAIN)
    swapped[at] = Link(first.seq, second.kind, second.content, first.previous, first.digest)
    swapped[at + 1] = Link(second.seq, first.kind, first.content, second.previous, second.digest)

    assert found(swapped, of=CHAIN) == [(at + 1, "content_changed"), (at + 2, "content_changed")]


@pytest.mark.parametrize("at", range(3))
def test_records_that_changed_their_places_show(at):
    first, second = CHAIN[at], CHAIN[at + 1]
    swapped = list(CHAIN)
    swapped[at] = Link(first.seq, second.kind, second.content, second.previous, second.digest)
    swapped[at + 1] = Link(second.seq, first.kind, first.content, first.previous, first.digest)

    assert {seq for seq, _ in found(swapped, of=CHAIN)} >= {at + 1, at + 2}


def test_a_rewritten_tail_shows_in_the_head():
    rewritten = [*CHAIN[:3], a_chain(*[{}] * 3, {"phase": "fix"})[3]]
    last = rewritten[3]
    previous = CHAIN[2].digest
    rewritten[3] = Link(4, "run", last.content, previous, digest(previous=previous, seq=4, kind="run", content=last.content))

    assert found(rewritten, of=CHAIN) == [(4, "head_differs")]


def test_a_record_that_was_added_behind_the_head_shows():
    longer = [*CHAIN, Link(5, "run", b"{}", CHAIN[-1].digest, digest(previous=CHAIN[-1].digest, seq=5, kind="run", content=b"{}"))]

    assert found(longer, of=CHAIN) == [(5, "head_differs")]


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(content):
    assert canonical(dict(reversed(content.items()))) == canonical(content)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(number):
    with pytest.raises(ValueError):
        canonical({"seconds": number})
