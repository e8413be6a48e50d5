"""What people fill in, field by field. The limits are those that the API sets in `audits.api.inputs`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django import forms
from rest_framework import serializers
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from audits.api import inputs
from audits.models import Finding
from incidents.admin.forms import ReadableJSONField
from incidents.models.github import COMMIT

LONGEST_TEXT: Final = 65_536
LONGEST_SENTENCE: Final = 10_000
LONGEST_PATH: Final = 500
LONGEST_REFERENCE: Final = 2_000
_MOST_SENTENCES: Final = 500
_FINDING: Final = re.compile(rf"({'|'.join(Finding.Severity.values)})(?:\s+(\S+))?\s*:\s+(\S.*)", re.IGNORECASE | re.DOTALL)
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")


class TextField(forms.CharField):
    """A text of several lines that may be left out; line ends are those of the API, not those of a browser's form."""

    def __init__(self, *, rows: int = 4, mono: bool = False, **given: Any) -> None:
        attributes = {"rows": rows} | ({"class": "fx-mono", "spellcheck": "false"} if mono else {})
        usual = {"required": False, "max_length": LONGEST_TEXT, "widget": UnfoldAdminTextareaWidget(attrs=attributes)}
        super().__init__(**(usual | given))

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class LineField(forms.CharField):
    """A text of one line that may be left out."""

    def __init__(self, *, longest: int, mono: bool = False, **given: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"class": "fx-mono", "spellcheck": "false"} if mono else None)
        super().__init__(**({"required": False, "max_length": longest, "widget": widget} | given))


class CommitField(LineField):
    """A full commit hash, in small letters."""

    def __init__(self, **given: Any) -> None:
        super().__init__(longest=64, mono=True, **({"required": True} | given))

    def clean(self, value: Any) -> str:
        commit: str = super().clean(value).lower()
        if commit and not COMMIT.fullmatch(commit):
            raise forms.ValidationError("A commit is its full hash: 40 or 64 hexadecimal digits.")
        return commit


class PathField(LineField):
    """A path in the repository."""

    def __init__(self, **given: Any) -> None:
        super().__init__(longest=LONGEST_PATH, mono=True, **given)

    def to_python(self, value: Any) -> Any:
        return a_path(str(super().to_python(value)))


class NumberField(forms.IntegerField):
    def __init__(self, **given: Any) -> None:
        super().__init__(**({"required": False, "widget": UnfoldAdminIntegerFieldWidget()} | given))


class UploadField(forms.FileField):
    """A file, by the browser's own control, which the keyboard reaches."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=forms.FileInput(attrs={"class": "fx-file"}), allow_empty_file=True, **given)


# --- Lists, one item a line ----------------------------------------------------------------------


class LinesField(TextField):
    """A list with one sentence a line; empty lines count for nothing."""

    longest = LONGEST_SENTENCE

    def __init__(self, *, most: int = _MOST_SENTENCES, **given: Any) -> None:
        self.most = most
        super().__init__(**({"max_length": None} | given))

    def clean(self, value: Any) -> Any:
        lines = list(_numbered(super().clean(value)))
        if len(lines) > self.most:
            raise forms.ValidationError(f"At most {self.most:,} lines.")
        items, faults = [], []
        for number, line in lines:
            try:
                items.append(self.read(line))
            except forms.ValidationError as fault:
                faults.append(f"Line {number}: {fault.messages[0]}")
        if faults:
            raise forms.ValidationError(faults)
        return items

    def read(self, line: str) -> Any:
        """The item that a line stands for. Raises ValidationError."""
        text = line.strip() if self.strip else line
        if len(text) > self.longest:
            raise forms.ValidationError(f"at most {self.longest:,} characters.")
        return text

    def write(self, item: Any) -> str:
        """The line that stands for an item."""
        return str(item)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(map(self.write, value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _lines(self.prepare_value(initial)) != _lines(data)


class ValuesField(LinesField):
    """Values as they are, with the blanks around them."""

    longest = 100_000

    def __init__(self, **given: Any) -> None:
        super().__init__(strip=False, mono=True, **given)


class PathsField(LinesField):
    def __init__(self, **given: Any) -> None:
        super().__init__(mono=True, **given)


class PlacesField(LinesField):
    """Places in code, `file:line` or `file` alone."""

    def __init__(self, **given: Any) -> None:
        super().__init__(mono=True, most=200, **given)

    def read(self, line: str) -> dict[str, Any]:
        file, _, number = line.strip().rpartition(":")
        stated = bool(file) and number.isascii() and number.isdigit()
        path = a_path(file if stated else line.strip())
        if len(path) > LONGEST_PATH:
            raise forms.ValidationError(f"a path has at most {LONGEST_PATH} characters.")
        if stated and not 1 <= int(number[:20]) <= inputs.LARGEST_LINE:
            raise forms.ValidationError(f"{number} is no line of a file.")
        return {"file": path, "line": int(number) if stated else None}

    def write(self, item: Any) -> str:
        return f"{item['file']}:{item['line']}" if item["line"] is not None else str(item["file"])


class ReferencesField(LinesField):
    """What an answer rests on: texts, or {"kind", "ref"} as JSON."""

    longest = LONGEST_REFERENCE

    def __init__(self, **given: Any) -> None:
        super().__init__(mono=True, most=100, **given)

    def read(self, line: str) -> Any:
        if not line.lstrip().startswith("{"):
            return super().read(line)
        try:
            return inputs.ReferenceField().run_validation(json.loads(line))
        except (ValueError, RecursionError, serializers.ValidationError):
            raise forms.ValidationError("in braces it must be JSON with “kind” and “ref”, texts both.") from None

    def write(self, item: Any) -> str:
        return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


class TestFilesField(LinesField):
    """`path | level | number of tests | SHA-256`; what is not known is left out."""

    __test__ = False

    def __init__(self, **given: Any) -> None:
        super().__init__(mono=True, most=5_000, **given)

    def read(self, line: str) -> dict[str, Any]:
        path, level, tests, sha256, *more = [*(part.strip() for part in line.split("|")), "", "", ""][: max(4, line.count("|") + 1)]
        if more:
            raise forms.ValidationError("a file has at most four parts: path | level | tests | SHA-256.")
        if not path or len(path) > LONGEST_PATH:
            raise forms.ValidationError(f"a path has 1 to {LONGEST_PATH} characters.")
        if level.lower() not in ("", *inputs.LEVELS):
            raise forms.ValidationError(f"“{level}” is no level; it is one of: {', '.join(inputs.LEVELS)}.")
        if tests and not (tests.isascii() and tests.isdigit() and int(tests[:9]) <= 1_000_000):
            raise forms.ValidationError(f"“{tests}” is no number of tests.")
        if sha256 and not _SHA256.match(sha256.lower()):
            raise forms.ValidationError("a SHA-256 has 64 hexadecimal digits.")
        return {"path": a_path(path), "level": level.lower(), "tests": int(tests) if tests else None, "sha256": sha256.lower()}

    def write(self, item: Any) -> str:
        tests = "" if item["tests"] is None else str(item["tests"])
        return " | ".join([item["path"], item["level"], tests, item["sha256"]]).removesuffix(" | ").rstrip()


class FindingsField(LinesField):
    """`severity: what should change`, or `severity path: what should change`."""

    longest = LONGEST_TEXT

    def __init__(self, **given: Any) -> None:
        super().__init__(most=1_000, **given)

    def read(self, line: str) -> dict[str, str]:
        found = _FINDING.fullmatch(super().read(line))
        if found is None:
            known = ", ".join(Finding.Severity.values)
            raise forms.ValidationError(f"begin with a severity and a colon ({known}), then say what should change.")
        severity, file, text = found.groups()
        if len(file or "") > LONGEST_PATH:
            raise forms.ValidationError(f"a path has at most {LONGEST_PATH} characters.")
        return {"severity": severity.lower(), "file": a_path(file or ""), "text": text}


# --- JSON ----------------------------------------------------------------------------------------


class PlannedTestsField(ReadableJSONField):
    """The tests of a plan as the API takes them."""

    def clean(self, value: Any) -> list[dict[str, Any]]:
        given = super().clean(value)
        checked = inputs.TestPlanInputSerializer(data={"tests": given})
        if not checked.is_valid():
            raise forms.ValidationError(list(_told(checked.errors.get("tests", checked.errors)))[:20])
        tests: list[dict[str, Any]] = checked.validated_data["tests"]
        return tests


class FileHashesField(ReadableJSONField):
    """An object from paths to SHA-256."""

    def clean(self, value: Any) -> dict[str, str]:
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            return {}
        try:
            return inputs.FileHashesField().run_validation(text)
        except serializers.ValidationError as error:
            raise forms.ValidationError(list(_told(error.detail))) from error


def a_path(text: str) -> str:
    """A path in the repository with forward slashes and without a leading `./`."""
    return text.replace("\\", "/").removeprefix("./")


def _told(errors: Any) -> Iterator[str]:
    """What a serializer found, in sentences that name the test by its place; errors come nested by field and place."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            place = f"Test {name + 1}, " if isinstance(name, int) else f"{name}: "
            yield from (said if name == "non_field_errors" else f"{place}{said}" for said in _told(inner))
    elif isinstance(errors, list):
        for inner in errors:
            yield from _told(inner)
    else:
        yield str(errors)


def _numbered(text: str) -> Iterable[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _lines(text: Any) -> list[str]:
    return [line.rstrip("\r") for line in (text or "").split("\n") if line.strip()]
