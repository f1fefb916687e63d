"""Rooms: where the participants of one session of a task meet."""
