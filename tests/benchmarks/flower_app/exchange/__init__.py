"""A Flower app that exchanges a model and trains nothing."""
