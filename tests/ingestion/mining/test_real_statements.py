"""Lines as services write them, in `real_statements.txt`: under each heading statements, parted by empty lines, as lines of each."""

from pathlib import Path

import pytest

from ingestion.mining.miner import Miner


def headings():
    """Under each heading its statements, each a list of lines."""
    for section in Path(__file__).with_name("real_statements.txt").read_text().removeprefix("# ").strip().split("\n\n# "):
        heading, _, lines = section.partition("\n")
        yield pytest.param([statement.split("\n") for statement in lines.split("\n\n")], id=heading)


@pytest.mark.parametrize("statements", list(headings()))
def test_lines_of_one_statement_are_one_pattern_and_those_of_another_are_not(statements):
    miner = Miner()
    lines = [line for statement in statements for line in statement]
    numbers = {line: miner.add(line) for line in lines}

    found = {frozenset(line for line in lines if miner.pattern(numbers[line]) == miner.pattern(numbers[first])) for first in lines}

    assert found == {frozenset(statement) for statement in statements}
