"""The verbs of an iteration as pages, by subject; IterationAdmin unites them."""
