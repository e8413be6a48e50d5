import itertools
import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.severity import Severity
from ingestion.mining.masking import mask
from ingestion.mining.miner import Miner, context_of
from tests.bench import loghub
from tests.ingestion.mining.test_merging import HOSTS, NAMES

SUBJECTS = st.sampled_from(["ada", "grace", "root", "10.0.0.1", "17", "vega", "basket", "order_7"])
MESSAGES = st.one_of(
    st.builds("session closed for user {}".format, SUBJECTS),
    st.builds("login of {} on {} was refused".format, SUBJECTS, SUBJECTS),
    st.builds("the {} of {} is full".format, SUBJECTS, SUBJECTS),
    st.sampled_from(["link is up", "link is down", "took 5 ms", "took 7 s"]),
)


def grouping(messages):
    """The messages as groups of equals, whatever they are called."""
    miner = Miner()
    numbers = {message: miner.add(message) for message in messages}
    groups = defaultdict(set)
    for message, number in numbers.items():
        groups[miner.pattern(number)].add(message)
    return {frozenset(group) for group in groups.values()}


@settings(max_examples=200, deadline=None)
@given(st.lists(MESSAGES, min_size=2, max_size=60), st.randoms(use_true_random=False))
def test_any_order_ends_with_the_same_patterns(messages, chance):
    shuffled = list(messages)
    chance.shuffle(shuffled)

    assert grouping(shuffled) == grouping(messages)


def test_a_cue_among_the_words_that_vary_makes_no_difference_to_the_order():
    places = ["cyrus vega", "grace rigel", "linus mira", "for deneb", "test spica"]
    messages = [f"refused {words} twice" for words in places]

    found = {frozenset(grouping(order)) for order in itertools.permutations(messages)}

    assert len(found) == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(MESSAGES, min_size=2, max_size=60), st.integers(min_value=1, max_value=59))
def test_what_was_one_pattern_stays_one_whatever_comes(messages, cut):
    before, after = grouping(messages[:cut]), grouping(messages)

    assert all(any(group <= larger for larger in after) for group in before)


def sets_of(pairs, count):
    """The numbers below `count`, as sets that these pairs join up."""
    sets = {number: {number} for number in range(count)}
    for one, other in pairs:
        both = sets[one] | sets[other]
        sets |= dict.fromkeys(both, both)
    return {frozenset(numbers) for numbers in sets.values()}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(MESSAGES, st.sampled_from(["", "ERROR"]), st.booleans()), max_size=60))
def test_what_joined_so_far_gives_the_patterns_as_they_stand(added):
    miner = Miner()
    pairs = []

    for message, context, asked in added:
        miner.add(message, context)
        if asked:
            pairs += miner.joined()
            assert sets_of(pairs, len(miner)) == {frozenset(numbers) for numbers in miner.members().values()}


def test_a_new_form_of_a_known_pattern_has_joined_it_and_is_told_once():
    miner = Miner()
    for name in ("ada", "grace", "root"):
        miner.add(f"session closed for user {name}")
    before = miner.joined()

    number = miner.add("session closed for user linus")

    assert sets_of(before, 3) == {frozenset(range(3))}
    assert [other for _, other in miner.joined()] == [number]
    assert miner.joined() == []


def test_forms_that_only_a_general_template_joins_are_told_as_joined():
    miner = Miner()
    numbers = [miner.add(f"login of {name} on {host} was refused") for name, host in zip(NAMES, HOSTS, strict=True)]

    assert sets_of(miner.joined(), len(miner)) == {frozenset(numbers)}


def test_what_joined_costs_as_much_as_came_however_many_patterns_there_are(monkeypatch):
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(400)]
    miner = Miner()
    for _ in range(1_000):
        miner.add(" ".join(chance.choices(words, k=7)) + " 5")
    miner.joined()
    asked = []
    monkeypatch.setattr(miner, "pattern", lambda number: asked.append(number) or number)

    number = miner.add("link is up")
    miner.joined()

    assert asked == [number]


def test_a_masked_form_is_told_with_the_context_it_came_with():
    miner = Miner()
    numbers = [miner.add("took 5 ms", context) for context in ("INFO", "ERROR", "")]

    assert [miner.context(number) for number in numbers] == ["INFO", "ERROR", ""]


def test_a_miner_loaded_from_what_was_masked_goes_on_as_if_it_had_never_stopped():
    first = Miner()
    for name in ("ada", "grace"):
        first.add(f"session closed for user {name}")
    stored = [first.masked(number) for number in range(len(first))]
    loaded = Miner()
    for masked in reversed(stored):
        loaded.add_masked(masked)

    numbers = [loaded.add(f"session closed for user {name}") for name in ("ada", "grace", "root", "linus")]

    assert len({loaded.pattern(number) for number in numbers}) == 1


def test_the_members_of_a_pattern_are_its_masked_forms():
    miner = Miner()
    for word in ("5 ms", "7 ms", "up"):
        miner.add(f"took {word}")

    assert sorted(len(members) for members in miner.members().values()) == [1, 1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((Severity.ERROR, "shop", "pay"), (Severity.ERROR, "shop", "pay"), True),
        ((Severity.ERROR, "shop", "pay"), (Severity.INFO, "shop", "pay"), False),
        ((Severity.ERROR, "shop", "pay"), (Severity.ERROR, "cart", "pay"), False),
        ((Severity.ERROR, "shop", "pay"), (Severity.ERROR, "shop", "add"), False),
        ((Severity.ERROR, "logging", "handle"), (Severity.ERROR, "", ""), True),
    ],
)
def test_severity_and_place_are_part_of_the_identity_and_the_logging_library_is_no_place(one, other, same):
    assert (context_of(*one) == context_of(*other)) == same


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("ab 019\n=/.<-\u00e9\ud800", max_size=20), min_size=1, max_size=20))
def test_a_message_has_its_own_masked_form_whatever_came_before(messages):
    miner = Miner()

    assert [miner.masked(miner.add(message)) for message in messages] == [mask(message) for message in messages]


def test_tracebacks_of_files_that_differ_in_a_digit_are_not_one_pattern():
    traceback = 'Traceback (most recent call last):\n  File "/srv/load{}.py", line 5, in read\nKeyError: 7'
    miner = Miner()

    first, second = miner.add(traceback.format(1)), miner.add(traceback.format(2))

    assert miner.pattern(first) != miner.pattern(second)


def test_names_without_end_stay_one_pattern():
    chance = random.Random(1)
    miner = Miner()

    numbers = [miner.add(f"session closed for user {''.join(chance.choices('abcdefgh', k=8))}") for _ in range(3_000)]

    assert len({miner.pattern(number) for number in numbers}) == 1


def test_statements_without_end_stay_patterns_of_their_own():
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(400)]
    miner = Miner()

    for _ in range(3_000):
        miner.add(" ".join(chance.choices(words, k=7)) + " 5")

    assert len(miner.members()) > 2_900


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["Linux", "HPC", "Zookeeper", "OpenStack"])
@pytest.mark.usefixtures("shared_data")
def test_real_lines_group_alike_in_any_order_and_well(name):
    lines = next(one for one in loghub.sets() if one.name == name)
    order = list(range(len(lines.messages)))
    random.Random(7).shuffle(order)

    straight, shuffled = Miner(), Miner()
    groups = [straight.add(message) for message in lines.messages]
    others = {number: shuffled.add(lines.messages[number]) for number in order}
    found = [straight.pattern(number) for number in groups]

    assert loghub.accuracy(found, [shuffled.pattern(others[number]) for number in range(len(order))])[0] == 1
    assert loghub.accuracy(lines.events, found)[0] > 0.95
