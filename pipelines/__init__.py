"""Decide what a page only says.

What can be decided from one page alone is decided in the worker process that read it: worker_stages.py has
that order. The order in which an item then passes on the event loop is in crawler/settings.py.

Pairing needs the whole set of articles, not one item: it runs inside the archive's commit (snapshot.py hands
it over), so that a pair and its articles appear in the same snapshot.
"""
