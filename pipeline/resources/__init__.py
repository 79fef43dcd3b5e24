"""What touches the world: network, files, model, locks, publication."""
