"""Where the models of this machine are kept."""
