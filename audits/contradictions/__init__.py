"""Where a log, or an iteration's record, disagrees with itself. Pure."""
