"""What is done to an update before it leaves: clipping, and noise that nobody can take away."""
