"""What `verify` finds wrong, in words."""

from archive.operations.verify import verify


def grave(root):
    return [finding.text for finding in verify(root) if finding.grave]
