"""How fast the helpers are, against other ways of doing the same work."""
