"""Views parse, call one verb, and render."""
