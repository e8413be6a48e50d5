"""The verbs of an audit: each locks its iteration, owns one transaction, names who acts, and writes the ledger."""
