"""onrecord: who said what, when."""
