"""Training: the trainers, their checkpoints, and Disco, which joins them with a client."""
