"""What learns: tasks, data, models, rounds. Usable on its own, for instance in a notebook."""
