"""The forms that stand before the verbs of an audit, by subject."""
