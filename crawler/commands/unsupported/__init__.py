"""Commands of Scrapy that a news archive has no use for: each says what does it here."""
