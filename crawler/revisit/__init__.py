"""Schedule of further requests for archived pages, and the requests themselves."""
