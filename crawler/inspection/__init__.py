"""One page, with every decision about it explained."""
