"""The REST door of the bottom floor, and what all REST doors share."""
