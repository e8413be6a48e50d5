import json
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingestion.formats.bodies import Form, Malformed, form_of, sniff, split
from ingestion.records import Rejected


def refusal(body: bytes, form: Form = Form.JSON) -> Malformed:
    with pytest.raises(Malformed) as refused:
        split(body, form)
    return refused.value


@pytest.mark.parametrize(
    ("media_type", "form"),
    [
        ("", Form.JSON),
        ("application/json", Form.JSON),
        ("Application/JSON; charset=UTF-8", Form.JSON),
        ('application/json;charset="utf-8"', Form.JSON),
        ("application/cloudevents+json", Form.JSON),
        ("application/x-ndjson", Form.NDJSON),
        ("application/jsonl", Form.NDJSON),
        ("application/x-jsonlines", Form.NDJSON),
        ("text/plain; charset=us-ascii", Form.TEXT),
        ("text/plain; format=flowed", Form.TEXT),
    ],
)
def test_a_media_type_names_a_form(media_type, form):
    assert form_of(media_type) is form


@pytest.mark.parametrize(
    ("media_type", "code"),
    [
        ("text/plain; charset=latin-1", "encoding_unsupported"),
        ("application/json; charset=utf-16", "encoding_unsupported"),
        ("application/xml", "media_type_unsupported"),
        ("application/x-www-form-urlencoded", "media_type_unsupported"),
        ("text/html+json", "media_type_unsupported"),
    ],
)
def test_a_media_type_that_is_not_read_is_refused(media_type, code):
    with pytest.raises(Malformed) as refused:
        form_of(media_type)

    assert refused.value.code == code
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b'[{"a": 1}]', Form.JSON),
        (b'\xef\xbb\xbf[\n  {\n    "insertId"', Form.JSON),
        (b"[]", Form.JSON),
        (b'{"entries": [\n {"a": 1}\n]}', Form.JSON),
        (b'{"entries": [{"a": 1}]}', Form.JSON),
        (b'{\n  "entries": [', Form.JSON),
        (b'{\n  "insertId": "a"\n}', Form.JSON),
        (b'{"a": 1}\n{"a": 2}\n', Form.NDJSON),
        (b'{"a": 1}', Form.NDJSON),
        (b'{"entries": 1}\n{"entries": 2}', Form.NDJSON),
        (b'{"a": "a line that is longer than the head', Form.NDJSON),
        (b'{"a": "\\ud800"}\n{"a": 2}', Form.NDJSON),
        (b"[2025-08-28 00:20:14 +0000] [14] [INFO] Booting", Form.TEXT),
        (b"[ERROR] disk full", Form.TEXT),
        (b"{main} started", Form.TEXT),
        (b"INFO:     Started", Form.TEXT),
        (b"", Form.TEXT),
    ],
)
def test_a_file_without_a_media_type_tells_its_form_by_its_beginning(head, form):
    assert sniff(head) is form


def test_an_array_is_split_into_the_texts_of_its_entries():
    body = b' [ {"a": 1} ,\n {"b": [ 2, 3 ]}\n] \n'

    assert split(body, Form.JSON) == ['{"a": 1}', '{"b": [ 2, 3 ]}']


def test_an_object_with_entries_is_split_like_an_array():
    assert split(b'{"project": {"x": 1}, "entries": [{"a": 1}, {"b": 2}], "next": null}', Form.JSON) == ['{"a": 1}', '{"b": 2}']


def test_a_byte_order_mark_is_no_part_of_a_body():
    mark = b"\xef\xbb\xbf"

    assert split(mark + b'[{"a": 1}]', Form.JSON) == split(mark + b'{"a": 1}', Form.NDJSON) == ['{"a": 1}']
    assert split(mark + b"hello", Form.TEXT) == ["hello"]


def test_an_element_that_is_no_object_is_rejected_and_the_others_taken():
    items = split(b'[{"a": 1}, 7, "x", null, [{}], {"b": 2}]', Form.JSON)

    assert [item.code if isinstance(item, Rejected) else item for item in items] == ['{"a": 1}', *["not_an_object"] * 4, '{"b": 2}']
    assert items[1].reason == "A log entry is a JSON object; a number came."


@pytest.mark.parametrize("lone", [r"\ud800", r"\udfff", r"\uD800x", r"\ud800\ud800", r"\\\ud800", r"\ud800A"])
def test_a_lone_surrogate_in_one_entry_refuses_no_other_and_stays_as_it_came(lone):
    entries = ['{"a": "before"}', f'{{"a": "{lone}"}}', r'{"a": "\ud83d\ude00 \\ud800"}', '{"a": "before"}']

    assert split(f"[{', '.join(entries)}]".encode(), Form.JSON) == entries
    assert split(f'{{"entries": [{",".join(entries)}]}}'.encode(), Form.JSON) == entries
    assert split("\n".join(entries).encode(), Form.NDJSON) == entries


@pytest.mark.parametrize("number", ["1" * 5000, "1e400", "-1" + "0" * 400 + ".5"])
def test_numbers_of_any_size_are_taken(number):
    assert split(f'[{{"a": {number}}}]'.encode(), Form.JSON) == [f'{{"a": {number}}}']


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_constants_that_json_does_not_have_are_refused_in_an_array_and_rejected_in_a_line(constant):
    assert refusal(b'[{"a": ' + constant + b"}]").code == "not_json"

    taken, rejected = split(b'{"a": 1}\n{"a": ' + constant + b"}", Form.NDJSON)
    assert taken == '{"a": 1}'
    assert rejected.code == "not_json"


@pytest.mark.parametrize("body", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("form", Form)
def test_an_empty_body_is_refused(body, form):
    assert refusal(body, form).code == "empty"


@pytest.mark.parametrize("body", [b"[]", b'{"entries": []}'])
def test_a_body_without_entries_is_refused(body):
    assert refusal(body).code == "empty"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"insertId": "a"}', 'no "entries"'),
        (b'{"entries": {"a": 1}}', "an object came"),
        (b'{"entries": null}', "null came"),
        (b'"text"', "a string came"),
        (b"12", "a number came"),
        (b"true", "a boolean came"),
    ],
)
def test_a_body_of_the_wrong_shape_is_refused_naming_what_came(body, told):
    refused = refusal(body)

    assert refused.code == "wrong_shape"
    assert told in refused.detail


@pytest.mark.parametrize("body", [b'[{"a": 1},', b'[{"a": }]', b"[1] x", b"hello", b'{"entries": [}', b'[{"a": "\x01"}]', b"[{'a': 1}]"])
def test_a_body_that_is_no_json_is_refused(body):
    assert refusal(body).code == "not_json"


def test_a_refusal_names_the_byte_and_hints_at_the_form_that_came():
    assert "byte 7" in refusal(b'[{"a": }]').detail
    assert "application/x-ndjson" in refusal(b'{"a": 1}\n{"b": 2}').detail


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":', b'{"entries":['])
def test_a_body_that_is_nested_too_deep_is_refused_and_crashes_nothing(opening):
    assert refusal(opening * 100_000).code == "too_deep"
    assert refusal(opening * 100_000, Form.NDJSON).code == "too_deep"


def test_a_line_that_is_nested_too_deep_refuses_no_other():
    rejected, taken = split(b"[" * 100_000 + b'\n{"a": 1}', Form.NDJSON)

    assert rejected.code == "too_deep"
    assert taken == '{"a": 1}'


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("text", [b'"\xff"', '"ä"'.encode("latin-1"), b'"\xed\xa0\x80"'])
def test_a_body_that_is_not_utf8_is_refused_naming_the_byte(form, text):
    body = b'[{"a":\n' + text + b"}]" if form is Form.JSON else b'{"a": 1}\n{"a": ' + text + b"}"

    refused = refusal(body, form)

    assert refused.code == "encoding"
    assert "line 2" in refused.detail


def test_utf16_is_refused_as_an_encoding_in_every_form():
    assert {refusal('[{"a": 1}]'.encode("utf-16"), form).code for form in Form} == {"encoding"}


def test_lines_of_ndjson_are_entries_and_blank_ones_are_none():
    assert split(b'{"a": 1}\r\n\n   \n  {"a": 2}  \n', Form.NDJSON) == ['{"a": 1}', '{"a": 2}']


def test_a_line_of_ndjson_that_is_no_object_is_rejected():
    items = split(b'{"a": 1}\n[1]\nhello\n{"a": 1} {"a": 2}', Form.NDJSON)

    assert [item.code for item in items[1:]] == ["not_an_object", "not_json", "not_json"]


def test_ndjson_without_a_single_line_of_json_is_refused():
    refused = refusal(b"hello\nworld", Form.NDJSON)

    assert refused.code == "not_json"
    assert "No line" in refused.detail


def test_lines_of_text_keep_their_leading_blanks_and_lose_their_ends():
    assert split(b"one\r\n  two \n\n \t\n\xc2\xa0\nthree", Form.TEXT) == ["one", "  two ", "three"]


@settings(deadline=None)
@given(
    st.one_of(st.binary(), st.text().map(str.encode), st.recursive(st.none(), st.lists).map(json.dumps).map(str.encode)),
    st.sampled_from(Form),
)
@example(b'[{"a":"\\ud800"}', Form.JSON)
@example(b'{"entries":', Form.JSON)
def test_any_bytes_are_split_or_refused(body, form):
    with suppress(Malformed):
        items = split(body, form)

        assert items
        assert all(isinstance(item, str | Rejected) for item in items)


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))), min_size=1)
)
def test_entries_come_out_as_they_were_put_in_whatever_the_form(entries):
    texts = [json.dumps(entry) for entry in entries]

    assert split(f"[{','.join(texts)}]".encode(), Form.JSON) == texts
    assert split("\n".join(texts).encode(), Form.NDJSON) == texts


@settings(deadline=None)
@given(st.binary())
def test_any_head_has_a_form(head):
    assert sniff(head) in Form
