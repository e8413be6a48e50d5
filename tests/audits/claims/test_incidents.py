import pytest

from audits.claims.reader import read
from audits.claims.shapes import StatedPhase, StatedResult, StatedRootCause

from .reading import claims_of, said


def phases(text: str) -> list[str]:
    return [phase.number for phase in said(text, StatedPhase)]


@pytest.mark.parametrize("style", ["## {}) {}", "## {}. {}", "## Phase {}: {}", "## STEP {} - {}", "### PHASE {} · {}", "## [{}] {}"])
def test_numbered_headings_of_the_process_are_phases(style):
    titles = [
        ("0", "LOG ANALYSIS"),
        ("1", "FIVE WHYS"),
        ("2", "TEST PLAN"),
        ("2.1", "GITHUB ISSUE"),
        ("3", "TEST IMPLEMENTATION"),
        ("6", "FIX"),
    ]
    text = "# Log\n" + "\n".join(style.format(number, title) for number, title in titles)

    assert phases(text) == [number for number, _ in titles]


@pytest.mark.parametrize(
    "text",
    [
        "## Test plan\n### Phase 1: Unit tests\n### Phase 2: Verification tests\n### Phase 3: Test review\n",
        "## Roll-out\n### Phase 1 (Week 1)\n### Phase 2 (Week 2): Fix\n### Phase 3 (Week 3): Review\n",
        "## Notes\n### 1. Unit tests\n### 2. Environment\n### 3. Risks\n",
        "## Logs\nFailed at Phase 6: WEBSOCKET\n- Phase 1 (Dependencies)\n",
    ],
)
def test_phases_of_plans_and_products_are_none(text):
    assert phases(f"# Log\n{text}") == []


def test_a_heading_between_phases_that_fills_a_gap_is_one():
    assert phases("# Log\n## 3) TEST REVIEW\n## 4) ODDS AND ENDS\n## 5) FIX\n") == ["3", "4", "5"]


def numbers(text: str) -> list[int | None]:
    return [iteration.number for iteration in read(text).iterations]


@pytest.mark.parametrize(
    "style", ["## Process Iteration {}", "# ITERATION #{}", "## AUDIT ITERATION {}: login", "**Process Iteration {}**", "## Audit loop {}"]
)
def test_a_heading_opens_an_iteration_however_it_is_worded(style):
    assert numbers(f"# Log\n{style.format(1)}\ntext\n{style.format(2)}\nmore\n") == [1, 2]


def test_iterations_may_be_counted_in_words():
    assert numbers("# Log\n## Second iteration\n## Iteration three\n") == [2, 3]


def test_a_log_without_such_a_heading_is_one_iteration_without_a_number():
    assert numbers("# Log\n## Fix iteration 2\n## Next iteration 3\n") == [None]


def test_an_iteration_named_again_goes_on():
    assert numbers("# Log — Iteration 3\n## Iteration 3: summary\n") == [3]


def test_what_stands_before_the_first_iteration_belongs_to_it():
    log = read("# Log\n**Focus Area**: threads\n\n## Process Iteration 1\ntext\n## Process Iteration 2\n**Focus**: mails\n")

    assert [(iteration.lines.first, iteration.lines.last, iteration.focus) for iteration in log.iterations] == [
        (1, 5, "threads"),
        (6, 7, "mails"),
    ]


FIRST = (
    "# Log\n## Process Iteration 1\n## 1) FIVE WHYS\n**ROOT CAUSE**: an index is missing\n"
    "## 3) TEST IMPLEMENTATION\n- `tests/test_orders.py` (2 tests)\n"
    "## 5) TEST RUN\n- `test_orders`: FAILED\n## 6) FIX\nFixed in `shop/orders.py:3`.\n"
)


def incidents(text: str) -> list[int]:
    return [incident.lines.first for incident in read(text).iterations[0].incidents]


def test_numbering_that_begins_again_on_another_fault_is_another_incident():
    text = FIRST + ('## 3) TEST IMPLEMENTATION\n- `tests/test_mails.py` for "550: mailbox full"\n## 6) FIX\nFixed in `shop/mails.py:9`.\n')

    assert incidents(text) == [1, 11]


def test_numbering_that_begins_again_on_the_same_fault_is_not():
    text = FIRST + "## 5) TEST RUN, AGAIN\n- `test_orders`: PASSED\n## 4) SECOND REVIEW\nApproved.\n"

    assert incidents(text) == [1]


def test_another_choice_after_the_work_began_is_another_incident():
    text = (
        "# Log\n## Chosen issue\n**Login fails with a 500**\n## Root cause\nx\n## Chosen issue\n"
        "**Mails are sent twice**\n## Root cause\ny\n"
    )

    log = read(text).iterations[0]

    assert incidents(text) == [1, 6]
    assert [claims_of(incident, StatedRootCause)[0].statement for incident in log.incidents] == ["x", "y"]


def test_a_heading_may_call_another_fault_by_name():
    text = "# Log\n## Incident 1: Login\n### Root cause\nx\n## Incident 2: Mails\n### Root cause\ny\n"

    assert incidents(text) == [1, 5]


def test_a_list_of_issues_is_no_list_of_incidents():
    assert incidents(
        "# Log\n## Issues\n### Issue 1: Login\n### Issue 2: Mails\n## Root cause\nx\n## System issues\n### Issue 3: clock\n"
    ) == [1]


def test_another_fault_may_have_been_listed_among_the_first_findings():
    text = (
        "# Log\n## 0) LOG ANALYSIS\n1. **Login fails**\n2. **Mails bounce**\n   - **Message**: `550: mailbox full`\n"
        "   - **Location**: `shop/mails.py:9`\n## 1) FIVE WHYS\n1. **Why?** Because.\n## 5) TEST RUN\n- `test_orders`: FAILED\n"
        '## 6) FIX\nFixed in `shop/orders.py:3`.\n## 5) TEST RUN - "550: mailbox full"\n- `test_mails`: FAILED\n## 6) FIX\n'
        "Fixed in `shop/mails.py:9`.\n"
    )

    assert incidents(text) == [1, 13]


def test_a_phase_that_is_only_called_implementation_is_the_tests_where_its_number_says_so():
    text = (
        FIRST + '## 3) IMPLEMENTATION\nFor "550: mailbox full".\n## 5) RESULTS\n- `test_mails`: FAILED\n## 6) FIX\nIn `shop/mails.py:9`.\n'
    )

    incident = read(text).iterations[0].incidents[1]

    assert [result.stage for result in claims_of(incident, StatedResult)] == ["before"]
