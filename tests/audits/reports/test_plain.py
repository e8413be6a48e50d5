import json

import msgspec

from audits.claims.shapes import Contradiction, Lines, StatedWhy
from audits.reports.plain import as_json
from incidents.errors import Unmet
from tests.audits.dossiers import a_complete_dossier, changed

UNMET = [Unmet("never_red", "test_x: it passed.", subject="test_x")]
CONTRADICTIONS = [Contradiction("never_red", "It passed.", ("run 1",), "test_x")]
CLAIMS = [StatedWhy(lines=Lines(3, 4), position=1, question="Why?", answer="Because")]


def exported(**changes):
    """What a client receives."""
    return json.loads(json.dumps(told(**changes)))


def told(**changes):
    return as_json(a_complete_dossier(**changes), unmet=UNMET, contradictions=CONTRADICTIONS, claims=CLAIMS)


def leaves(value):
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in (key, *leaves(each))]
    return [leaf for each in value for leaf in leaves(each)] if isinstance(value, list | tuple) else [value]


def test_every_field_of_the_record_is_in_it():
    dossier = a_complete_dossier()

    assert set(msgspec.structs.asdict(dossier)) <= exported().keys()


def test_it_holds_plain_values_alone():
    assert {type(leaf) for leaf in leaves(told())} <= {str, int, float, bool, type(None)}


def test_times_are_utc_with_z():
    assert exported()["moves"][0]["by"]["at"] == "2026-01-05T10:01:00Z"


def test_what_follows_from_the_record_stands_beside_it():
    record = exported()

    assert record["phase_number"] == "8"
    assert record["verdict"] == "verified"
    assert record["chain_head"] == "c" * 64
    assert record["unmet"] == [{"code": "never_red", "detail": "test_x: it passed.", "subject": "test_x"}]
    assert record["contradictions"] == [{"code": "never_red", "detail": "It passed.", "where": ["run 1"], "subject": "test_x"}]


def test_a_claim_says_its_kind_and_its_lines():
    assert exported()["claims"] == [
        {"kind": "why", "lines": {"first": 3, "last": 4}, "position": 1, "question": "Why?", "answer": "Because"}
    ]


def test_keys_come_in_one_order_whatever_order_they_were_stored_in():
    plan = a_complete_dossier().test_plan
    one = exported(test_plans=[changed(plan, declared={"unit": 2, "e2e": 1})])
    other = exported(test_plans=[changed(plan, declared={"e2e": 1, "unit": 2})])

    assert json.dumps(one) == json.dumps(other)
