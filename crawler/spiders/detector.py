from crawler.story.spider import StorySpider


class DetectorMedia(StorySpider):
    """Detector Media in Ukrainian only.

    Addresses: saved pages of 2024.
    Feeds: in configurations of crawlers (undated).
    """

    name = "detector"
    title = "Detector Media"
    home = "https://detector.media"
    languages = ("uk",)
    confidence = "high"
    feeds = ["/rss/"]
    article_url = r"https?://(?:[a-z]+\.)?detector\.media/[\w-]+/[a-z]+/\d{4,7}/\d{4}-\d{2}-\d{2}-[\w-]+/?"
