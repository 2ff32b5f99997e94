"""Articles of different outlets that tell of one event, in any languages; a relation that joins no story."""
