"""Templates of HTML pages: every value escaped, and a name that is not given is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(*folders: Path) -> Environment:
    """Prepare the templates of `folders`, to which those of this package are added."""
    return Environment(
        loader=FileSystemLoader([*folders, Path(__file__).with_name("templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def is_web_address(url: str) -> bool:
    """Only http and https lead anywhere: an archive may hold what a page called its address."""
    return url.lower().startswith(("http://", "https://"))
