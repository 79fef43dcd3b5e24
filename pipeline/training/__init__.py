"""How the model and the known actors are made; an optional extra."""
