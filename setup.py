"""Started by `scrapyd-deploy` and `shub deploy`: no egg is made here, and this says what to do instead."""

raise SystemExit(
    "This checkout makes no egg. Deploy a Scrapy project of your own that has Triptych as an add-on, with "
    "the wheel (`pip wheel --no-deps .`) among its requirements, or the image of the Containerfile: "
    "docs/how-to/use-it-in-a-scrapy-project.md"
)
