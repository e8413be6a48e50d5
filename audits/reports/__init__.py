"""An iteration told as a document: the audit log as Markdown, and everything recorded as JSON. Pure."""
