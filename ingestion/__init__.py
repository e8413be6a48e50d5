"""From raw log bytes to entries, patterns and issues."""
