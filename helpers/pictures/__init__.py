"""Pictures with a text alternative, of what lessons show."""
