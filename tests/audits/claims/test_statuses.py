import pytest

from audits.claims.shapes import StatedStatus

from .reading import said


def statuses(line: str) -> list[str]:
    return [status.status for status in said(f"# Log\n## Fix\nIn `shop/cart.py:88`.\n## Verification\n{line}\n", StatedStatus)]


@pytest.mark.parametrize(
    "line",
    [
        "The export has a fixed fsid now.",
        "It was an export without a fixed fsid.",
        "**The fault is gone once each export uses fixed ids.**",
    ],
)
def test_fixed_before_a_thing_is_no_status(line):
    assert "fixed" not in statuses(line)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('✅ All "write after end" errors are **RESOLVED**.', "resolved"),
        ("Resolved by 3f8d6e1c on `main`.", "resolved"),
        ("fixed. the farm renders again.", "fixed"),
        ("The bug is fixed in `shop/cart.py`.", "fixed"),
    ],
)
def test_what_is_said_of_the_fault_is_a_status(line, status):
    assert statuses(line)[:1] == [status]


@pytest.mark.parametrize(
    "line",
    [
        "- `still_red` `the issue is fixed`: it did not pass",
        "| `the bug is fixed` | unit |\n|---|---|\n| `Login > error is resolved` | x |",
    ],
)
def test_what_a_test_is_called_is_no_status(line):
    assert not {"fixed", "resolved"} & set(statuses(line))
