"""Replacements for parts of Scrapy's downloader."""
