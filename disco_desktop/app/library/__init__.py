"""What the application keeps for a person: models, settings, samples, what was chosen last."""
