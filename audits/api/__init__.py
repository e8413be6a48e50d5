"""The REST door of the audit floor."""
