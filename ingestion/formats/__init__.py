"""Log formats: from the bytes of a body to records. Pure."""
