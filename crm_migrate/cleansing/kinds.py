"""Every kind of value that `clean` knows, by name: one function of a text and its options per kind."""
