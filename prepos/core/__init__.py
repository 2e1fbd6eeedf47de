"""The nouns: frozen values that pass between stations; no files, no solver, no statistics."""
