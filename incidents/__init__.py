"""The bottom floor: projects and people, patterns, issues, their ranking and their history."""
