"""Benchmarks; each module says what it measures and what it needs."""
