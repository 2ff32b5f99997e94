"""Parts of Scrapy's downloader, replaced."""
