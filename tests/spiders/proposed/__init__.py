"""Declarations in a folder of the test's own, which it names in the environment."""

from __future__ import annotations

import os

__path__ = [os.environ["PROPOSED_FOLDER"]]
