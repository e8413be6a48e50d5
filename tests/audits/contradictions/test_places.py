import pytest

from audits.claims.shapes import Place
from audits.contradictions.places import is_test_file, is_within, level_of, same_file
from audits.terms import Level


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("app/core/ids.py", "ids.py"),
        ("core/ids.py", "/home/me/work/app/core/ids.py"),
        ("core\\ids.py", "app/core/ids.py"),
        ("./core/ids.py", "core/ids.py"),
    ],
)
def test_paths_that_agree_from_the_end_are_one_file(one, other):
    assert same_file(one, other)
    assert same_file(other, one)


@pytest.mark.parametrize(("one", "other"), [("a/ids.py", "b/ids.py"), ("ids.py", "my_ids.py"), ("", "ids.py"), ("", "")])
def test_other_paths_are_not(one, other):
    assert not same_file(one, other)


@pytest.mark.parametrize(
    ("place", "scope"),
    [
        (Place(file="app/core/ids.py", line=40), Place(file="core/ids.py", line=336)),
        (Place(file="app/core/ids.py"), Place(module="app.core.ids")),
        (Place(file="app/core/ids.py"), Place(module="app.core.ids.Registry.check")),
        (Place(module="app.core.ids"), Place(file="src/app/core/ids.py")),
        (Place(file="app/core/__init__.py"), Place(module="app.core")),
        (Place(module="app.core.ids"), Place(module="core.ids.check")),
        (Place(file="web/src/cart/total.ts"), Place(file="src/cart/")),
    ],
)
def test_a_place_lies_in_its_own_file_module_or_folder(place, scope):
    assert is_within(place, scope)


@pytest.mark.parametrize(
    ("place", "scope"),
    [
        (Place(file="app/core/ids.py"), Place(file="app/core/names.py")),
        (Place(file="app/core/ids.py"), Place(module="app.core.names")),
        (Place(file="app/core/ids.py"), Place(file="core/types")),
        (Place(file="app/core/ids.py"), Place(function="check")),
        (Place(), Place(file="app/core/ids.py")),
    ],
)
def test_a_place_lies_in_no_other(place, scope):
    assert not is_within(place, scope)


@pytest.mark.parametrize(
    "path", ["tests/unit/test_ids.py", "src/cart/total.spec.ts", "internal/ring/ring_test.go", "src/test/java/com/acme/OrderTest.java"]
)
def test_files_of_tests_are_known_by_their_names(path):
    assert is_test_file(path)


@pytest.mark.parametrize("path", ["app/core/ids.py", "src/contest/latest.py", "app/attestation.py", "src/cart/total.ts"])
def test_files_of_code_are_none(path):
    assert not is_test_file(path)


@pytest.mark.parametrize(
    ("path", "level"),
    [
        ("tests/unit/test_ids.py", Level.UNIT),
        ("tests/integration/api/test_ids.py", Level.INTEGRATION),
        ("web/e2e/cart.spec.ts", Level.E2E),
        ("tests/test_ids_e2e.py", Level.E2E),
        ("tests/unit/test_ids_e2e.py", Level.UNIT),
        ("tests/unit/e2e/test_ids.py", None),
        ("tests/community/test_units_of_measure.py", None),
        ("tests/mission_critical/test_ids.py", None),
    ],
)
def test_a_path_tells_its_level_by_its_words(path, level):
    assert level_of(path) is level
