"""Read and write a Triptych news archive; needs pyarrow only, never Scrapy."""
