import os
import subprocess
import sys

import pytest

from ingestion.mining.miner import Miner
from ingestion.mining.words import Rules, word_of
from tests.servers import REPOSITORY

NAMES = ["cyrus", "news", "root", "test", "ada", "grace", "linus", "barbara", "edsger", "donald", "tony", "niklaus"]
HOSTS = ["vega", "altair", "rigel", "sirius", "deneb", "spica", "castor", "pollux", "mira", "bellatrix", "capella", "regulus"]


def patterns(messages):
    """How many patterns these messages are."""
    miner = Miner()
    numbers = [miner.add(message) for message in messages]
    return len({miner.pattern(number) for number in numbers})


def test_a_place_behind_a_cue_where_names_vary_is_a_variable():
    assert patterns(f"session closed for user {name}" for name in NAMES) == 1


def test_two_states_are_two_patterns():
    assert patterns(["broadcast link is up", "broadcast link is down"]) == 2


def test_statements_that_differ_in_their_beginning_stay_apart():
    assert patterns(["Starting the order service", "Stopping the order service", "Restarting the order service"]) == 3


def test_a_word_where_other_messages_have_a_value_is_a_value():
    assert patterns(["Received the block 17 from 10.0.0.1 of the cluster", "Received the block none from localhost of the cluster"]) == 1


def test_the_instance_may_come_before_the_general_template():
    assert patterns(["Received the block none from localhost of the cluster", "Received the block 17 from 10.0.0.1 of the cluster"]) == 1


def test_two_places_whose_words_vary_together_are_two_variables():
    assert patterns(f"login of {name} on {host} was refused" for name, host in zip(NAMES, HOSTS, strict=True)) == 1


@pytest.mark.parametrize("last", [0, 1, 2, 3])
def test_two_places_vary_once_the_last_word_that_it_takes_has_come_whichever_that_is(last):
    said = [f"login of {name} on {host} was refused" for name, host in zip(of_different_bits(NAMES), of_different_bits(HOSTS), strict=True)]
    first = [message for number, message in enumerate(said) if number != last]

    assert patterns(first) == 3
    assert patterns([*first, said[last]]) == 1


def of_different_bits(words):
    """So many of the words as two places behind cues have to hold, all with another bit in the sketch."""
    return list({word_of(word).bit: word for word in words}.values())[: Rules().bits_cued]


def test_messages_that_share_too_little_are_not_joined():
    assert patterns(["ready", "closing", "active", "blocked", "critical", "normal", "running", "starting", "halted"]) == 9


def test_requests_of_a_few_routes_are_patterns_of_their_own():
    routes = ["/health", "/api/orders", "/api/basket", "/login"]

    assert patterns(f'10.0.0.1 - "GET {route} HTTP/1.1" 200' for route in routes for _ in range(3)) == 4


def test_requests_of_very_many_routes_are_one_pattern():
    assert patterns(f'10.0.0.1 - "GET /pages/{name}/{host} HTTP/1.1" 200' for name in NAMES for host in HOSTS) == 1


def test_different_contexts_are_never_one_pattern():
    miner = Miner()

    info, error = miner.add("took 5 s", "INFO"), miner.add("took 7 s", "ERROR")

    assert miner.pattern(info) != miner.pattern(error)


def test_evidence_of_one_context_does_not_count_in_another():
    miner = Miner()

    numbers = [miner.add(f"session closed for user {name}", context) for name, context in zip(NAMES[:4], "aabb", strict=True)]

    assert len({miner.pattern(number) for number in numbers}) == 4


@pytest.mark.parametrize("length", [1, 95, 96, 97, 5_000])
def test_messages_of_any_length_find_a_pattern(length):
    assert patterns([" ".join(["word"] * length), " ".join(["word"] * length)]) == 1


# Cells so few that what meets in them decides: where that hung on the process, two of them would differ.
IN_ANOTHER_PROCESS = """
import random
from ingestion.mining import merging
merging._CELLS = 64
merging._MOST_INSTANCES = 3
found, chance = merging.Merging(), random.Random(7)
words = [f"word{chr(97 + one)}{chr(97 + two)}" for one in range(12) for two in range(12)]
said = [("session", chance.choice(words), "of", chance.choice(words), chance.choice(words)) for _ in range(300)]
said += [tuple(chance.choice(words) for _ in range(5)) for _ in range(300)]
numbers = [found.add(tokens) for tokens in said]
print([found.group(number) for number in numbers])
"""


def test_two_processes_end_with_the_same_groups():
    ran = [
        subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert ran[0] == ran[1]
    assert len(set(ran[0].split(","))) < 600
