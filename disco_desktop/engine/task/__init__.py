"""What a task is: the validated, versioned description of one model to train together."""
