"""Decisions about articles: the stages of the item pipeline, and the pairing of whole archives.

Stages that need nothing but the page run in the worker process that read it; worker_stages.py has their
order. The other stages run on the event loop, in the order that crawler/settings.py gives.

Pairing needs the whole set of articles. It runs inside the archive's commit (snapshot.py passes it to the
commit), so a pair and its articles appear in the same snapshot.
"""
