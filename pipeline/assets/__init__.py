"""Thin Dagster assets, one module a stage."""

import warnings

# Single-run backfills are marked beta; what they do here is held by tests.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`")
