"""A training from the application's side: its plan, its folder, its session."""
