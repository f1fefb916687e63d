"""Pictures: finding, labelling, decoding and keeping them."""
