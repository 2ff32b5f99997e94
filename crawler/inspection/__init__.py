"""Inspection: one page, with every decision about it explained."""
