"""From peer to peer: how two participants reach each other, and what they say."""
