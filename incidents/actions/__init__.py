"""The verbs: each owns one transaction, names who acts, and writes the history of what it did."""
