"""The floor of the audit iteration: evidence, gates and verdicts. It never imports ingestion."""
