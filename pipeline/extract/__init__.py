"""From text to statements; pure."""
