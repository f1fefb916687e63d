"""A participant's communication: with nobody, with a server, with peers."""
