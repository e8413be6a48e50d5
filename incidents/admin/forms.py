from __future__ import annotations

import json
from typing import Any

from django import forms
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from incidents.actions.issues import STATABLE


class MomentField(forms.DateTimeField):
    """A time in UTC, asked for by the browser's own picker; one input, so that its label belongs to it."""

    def __init__(self, **given: Any) -> None:
        widget = forms.DateTimeInput(
            attrs={"type": "datetime-local", "class": " ".join([*INPUT_CLASSES, "fx-moment"])}, format="%Y-%m-%dT%H:%M"
        )
        super().__init__(widget=widget, **given)


class ReadableJSONField(forms.JSONField):
    """JSON that is shown as a person would write it: indented, with its own letters."""

    def __init__(self, **given: Any) -> None:
        given["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 8, "class": "fx-mono", "spellcheck": "false"})
        super().__init__(**given)

    def to_python(self, value: Any) -> Any:
        """Refuses, with words, what the parser or a database would choke on: depth, lone surrogates, NUL."""
        try:
            given = super().to_python(value)
            written = json.dumps(given, ensure_ascii=False)
            written.encode()
        except RecursionError:
            raise forms.ValidationError("Nested too deeply.") from None
        except UnicodeEncodeError:
            raise forms.ValidationError("It holds half of a character (a lone surrogate).") from None
        if "\\u0000" in written:
            raise forms.ValidationError("It holds a NUL character.")
        return given

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed is shown again as it was typed, right or wrong."""
        return initial if self.disabled else data

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


class CommentForm(forms.Form):
    text = forms.CharField(label="Comment", widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}), max_length=65_536)


class ResolveForm(forms.Form):
    resolution = forms.ChoiceField(
        choices=[(resolution.value, resolution.label) for resolution in STATABLE],
        widget=UnfoldAdminSelectWidget(),
        help_text="“Verified” is not among them: it is given when evidence proves the fix, never stated.",
    )
    reason = forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), help_text="What makes you say so.")


class IgnoreForm(forms.Form):
    until = MomentField(label="Until (UTC)", required=False)
    count = forms.IntegerField(
        label="Or until so many more entries have come",
        required=False,
        min_value=1,
        max_value=10**12,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="With neither, for good.",
    )


class LinkForm(forms.Form):
    number = forms.CharField(
        label="Issue on GitHub",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        max_length=500,
        help_text="Its number, OWNER/NAME#105, or its address.",
    )


class DiscardForm(forms.Form):
    reason = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), max_length=2_000, help_text="Why it need not be written any more."
    )


class ReopenForm(forms.Form):
    reason = forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), help_text="What makes you take it up again.")
