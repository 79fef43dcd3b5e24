"""Pages for people; pure."""
