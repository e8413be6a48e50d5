"""Reading audit logs that people and agents keep by hand, as Markdown: what such a log says are claims. Pure."""
