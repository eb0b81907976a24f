"""Project to artifacts: pure functions. An emitter cannot fail, look anything up, or ask for a version."""
