"""The REST door of ingestion: entries in, batches and entries out."""
