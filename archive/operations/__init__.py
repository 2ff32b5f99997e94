"""Jobs on a whole archive, one file each."""
