"""The two-way sync with GitHub: what is written there, what is read there, and how the two are brought together."""
