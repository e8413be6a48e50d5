"""The views, by subject; IterationViewSet unites them."""
