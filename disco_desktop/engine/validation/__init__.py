"""Testing a model on labelled data and using it on unlabelled data."""
