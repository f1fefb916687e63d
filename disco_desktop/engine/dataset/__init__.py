"""Reading, checking, preparing and splitting a participant's data."""
