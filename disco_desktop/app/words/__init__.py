"""What a person reads: codes and their arguments, made into sentences."""
