import pytest

from ingestion.formats import bodies
from ingestion.formats.bodies import Form, Malformed, split


@pytest.mark.parametrize(("body", "form"), [(b"[0,0,0,0]", Form.JSON), (b"a\nb\nc\n", Form.TEXT), (b"{}\n{}\n{}\n", Form.NDJSON)])
def test_a_body_of_very_many_tiny_items_is_refused_before_it_is_read(monkeypatch, body, form):
    monkeypatch.setattr(bodies, "MOST_COMMAS", 2)
    monkeypatch.setattr(bodies, "MOST_LINES", 2)

    with pytest.raises(Malformed) as refused:
        split(body, form)

    assert refused.value.code == "too_many_entries"
