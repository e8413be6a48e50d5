from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import ranking
from incidents.ranking import Area, Count, Facts, rank
from incidents.severity import Severity

NOW = datetime(2025, 9, 9, 1, 40, tzinfo=UTC)
PLAIN = Facts(
    severity=Severity.ERROR,
    first_seen=NOW - timedelta(days=30),
    present=NOW,
    project_since=NOW - timedelta(days=60),
    recent_since=NOW.replace(minute=0) - timedelta(hours=1),
)


def factors(facts: Facts) -> dict[str, int]:
    return {reason.factor: reason.points for reason in rank(facts)}


def text_of(factor: str, facts: Facts) -> str:
    return next(reason.text for reason in rank(facts) if reason.factor == factor)


def test_an_issue_of_which_nothing_else_is_known_has_its_severity_as_the_one_reason():
    assert factors(PLAIN) == {"severity": 50}


def test_a_worse_severity_weighs_more():
    stated = [severity for severity in Severity if severity is not Severity.DEFAULT]

    points = [ranking.SEVERITY_POINTS[severity] for severity in stated]

    assert points == sorted(set(points))


def test_the_sentence_says_when_a_person_set_the_severity():
    assert text_of("severity", replace(PLAIN, severity_by_person=True)) == "A person set its severity to ERROR."


@pytest.mark.parametrize(("entries", "points"), [(1, 1), (10, 6), (100, 11), (1000, 16), (10**9, 20)])
def test_the_rate_enters_by_its_logarithm_and_is_capped(entries, points):
    assert factors(replace(PLAIN, day_before=entries))["rate"] == points


def test_a_noisy_warning_does_not_bury_a_rare_error():
    noisy = replace(PLAIN, severity=Severity.WARNING, recent=10**6, day_before=10**6)
    rare = replace(PLAIN, severity=Severity.ERROR, day_before=1)

    assert ranking.priority(rank(noisy)) < ranking.priority(rank(rare))


def test_four_times_the_rate_of_the_day_before_is_a_trend():
    facts = replace(PLAIN, day_before=240, recent=67)

    assert text_of("trend", facts) == "Rising: 67 since 00:00, against 10.0 an hour before."


def test_the_same_rate_as_before_is_no_trend():
    assert "trend" not in factors(replace(PLAIN, day_before=240, recent=17))


def test_a_log_that_has_just_begun_shows_no_trend():
    facts = replace(PLAIN, project_since=PLAIN.recent_since - timedelta(minutes=30), day_before=5, recent=60)

    assert "trend" not in factors(facts)


def test_the_hours_before_a_log_began_do_not_make_it_rise():
    facts = replace(PLAIN, project_since=PLAIN.recent_since - timedelta(hours=2), day_before=20, recent=17)

    assert "trend" not in factors(facts)


def test_spread_over_users_weighs_more_than_over_instances_and_requests():
    many = Count(40)
    points = factors(replace(PLAIN, users=many, instances=many, traces=many))

    assert points["users"] > points["instances"] > points["traces"]


def test_one_user_is_no_spread():
    assert "users" not in factors(replace(PLAIN, users=Count(1)))


def test_a_count_that_stopped_at_its_limit_says_or_more():
    assert text_of("traces", replace(PLAIN, traces=Count(200, more=True))) == "Seen in 200 or more requests."


def test_a_critical_area_adds_its_own_weight_and_reason():
    facts = replace(PLAIN, areas=[Area("websocket", 15, "Chat is delivered over it.")])

    assert factors(facts)["critical_area"] == 15
    assert text_of("critical_area", facts) == "Touches “websocket”: Chat is delivered over it."


@pytest.mark.parametrize(("age", "points"), [(timedelta(minutes=5), 10), (timedelta(hours=5), 5)])
def test_what_is_new_weighs_more_the_newer_it_is(age, points):
    assert factors(replace(PLAIN, first_seen=NOW - age))["newness"] == points


def test_nothing_is_new_in_a_log_that_has_just_begun():
    facts = replace(PLAIN, first_seen=NOW, project_since=NOW - timedelta(minutes=10))

    assert "newness" not in factors(facts)


def test_a_regression_weighs():
    assert factors(replace(PLAIN, regressed=True))["regression"] == ranking.REGRESSION_POINTS


def test_odd_repetition_is_a_reason_below_warning_alone():
    assert "odd_repetition" in factors(replace(PLAIN, severity=Severity.NOTICE))
    assert "odd_repetition" not in factors(replace(PLAIN, severity=Severity.WARNING))


def test_an_issue_by_hand_is_never_called_an_odd_repetition():
    assert "odd_repetition" not in factors(replace(PLAIN, severity=Severity.INFO, from_logs=False))


counts = st.builds(Count, st.integers(0, 10**9), st.booleans())
any_facts = st.builds(
    Facts,
    severity=st.sampled_from(Severity),
    first_seen=st.just(NOW - timedelta(hours=3)),
    present=st.just(NOW),
    project_since=st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),
    recent_since=st.just(NOW.replace(minute=0) - timedelta(hours=1)),
    recent=st.integers(0, 10**12),
    day_before=st.integers(0, 10**12),
    users=counts,
    instances=counts,
    traces=counts,
    regressed=st.booleans(),
)


@given(any_facts)
def test_every_reason_bears_points_and_a_sentence_and_the_weightiest_comes_first(facts):
    reasons = rank(facts)

    assert all(reason.points > 0 and reason.text.endswith(".") for reason in reasons)
    assert reasons == sorted(reasons, key=lambda reason: -reason.points)


@given(any_facts, st.integers(1, 10**6))
def test_more_entries_of_the_day_never_lower_the_rate(facts, more):
    before = factors(facts).get("rate", 0)

    assert factors(replace(facts, recent=facts.recent + more))["rate"] >= before
