"""The kind of a page: article, live blog, paywall, block page and others."""
