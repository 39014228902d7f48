"""COQL, the language of queries: `parsing` reads one, `answering` gives its records."""
