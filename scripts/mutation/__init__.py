"""The parts of `scripts/mutation_score.py`: mutants, the tests that run them, and trials."""
