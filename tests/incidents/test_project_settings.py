import pytest

from incidents.errors import InvalidInput
from incidents.project_settings import read_critical_areas, read_settings
from incidents.severity import Severity


def test_no_settings_are_the_defaults():
    rules = read_settings({})

    assert rules.opens_issues_from is Severity.WARNING
    assert rules.odd_repetition.per_hour == 10
    assert "missing" in rules.odd_repetition.words


def test_one_setting_leaves_the_others_at_their_defaults():
    rules = read_settings({"odd_repetition": {"per_hour": 3}})

    assert rules.odd_repetition.per_hour == 3
    assert rules.odd_repetition.skip_first_seconds == 60


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"issue_severity": "LOUD"}, "LOUD"),
        ({"odd_repetition": {"per_hour": 1}}, "per_hour"),
        ({"odd_repetition": {"skip_first_seconds": -1}}, "skip_first_seconds"),
        ({"odd_repetition": {"words": "missing"}}, "words"),
        ({"odd_repetition": {"words": [" "]}}, "words"),
        ({"typo": 1}, "typo"),
        ([], "object"),
        (None, "object"),
    ],
)
def test_wrong_settings_are_refused_by_name(given, named):
    with pytest.raises(InvalidInput) as refused:
        read_settings(given)

    assert named in refused.value.detail


@pytest.mark.parametrize(
    ("area", "named"),
    [
        ({"match": "", "weight": 5, "reason": "x"}, "match"),
        ({"match": "auth", "weight": 0, "reason": "x"}, "weight"),
        ({"match": "auth", "weight": 101, "reason": "x"}, "weight"),
        ({"match": "auth", "weight": 5}, "reason"),
    ],
)
def test_a_wrong_critical_area_is_refused_by_name(area, named):
    with pytest.raises(InvalidInput) as refused:
        read_critical_areas([area])

    assert named in refused.value.detail
