"""Many outlets: when each is crawled, by whom, and how that goes."""
