"""The write-ahead log: records that are acknowledged and not yet committed."""
