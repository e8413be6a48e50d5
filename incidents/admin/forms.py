from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget

from incidents.actions.issues import STATABLE
from incidents.models import Resolution


class CommentForm(forms.Form):
    text = forms.CharField(label="Comment", widget=UnfoldAdminTextareaWidget(), max_length=65_536)


class ResolveForm(forms.Form):
    resolution = forms.ChoiceField(
        choices=[(resolution, Resolution(resolution).label) for resolution in STATABLE],
        widget=UnfoldAdminSelectWidget(),
        help_text="“Verified” is not among them: it is given when evidence proves the fix, never stated.",
    )
    reason = forms.CharField(widget=UnfoldAdminTextareaWidget(), help_text="What makes you say so.")


class IgnoreForm(forms.Form):
    until = forms.SplitDateTimeField(
        label="Until", required=False, widget=UnfoldAdminSplitDateTimeWidget(), help_text="UTC. Empty, with no count either: for good."
    )
    count = forms.IntegerField(
        label="Or until so many more entries", required=False, min_value=1, max_value=10**12, widget=UnfoldAdminIntegerFieldWidget()
    )


class ReopenForm(forms.Form):
    reason = forms.CharField(widget=UnfoldAdminTextareaWidget(), help_text="What makes you take it up again.")
