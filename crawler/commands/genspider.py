"""`triptych genspider`: begin the declaration of an outlet, in a file that loads."""

import argparse
import re
import string
from importlib import resources
from pathlib import Path

from crawler.downloader.public_hosts import refusal
from crawler.reports.terminal import DescribedCommand, WrongUse, refuse_archive

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OWN = Path("crawler/spiders")


class Command(DescribedCommand):
    requires_crawler_process = False
    usage = "[options] NAME DOMAIN"
    summary = "Begin the declaration of an outlet"
    about = (
        "Write NAME.py, a declaration to be filled in: into OUTLETS_FOLDER if it is set, else "
        "crawler/spiders of a checkout, else this folder. DOMAIN is that of the outlet, such as "
        "www.example.com. docs/how-to/add-an-outlet.md explains each value."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--into", type=Path, metavar="FOLDER", help="another folder")
        parser.add_argument("-l", "--list", action="store_true", help="list the templates: there is one")
        parser.add_argument("-f", "--force", action="store_true", help="replace a file of that name")
        # of Scrapy's: there is one template
        parser.add_argument("-t", "--template", choices=["outlet"], default="outlet", help="only: outlet")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if opts.list:
            print("Available templates:\n  outlet")
            return
        if len(args) != 2:
            raise WrongUse(f"give a name and a domain; got {len(args)}")
        name, domain = args
        if not _NAME.fullmatch(name):
            raise WrongUse(f"{name!r} is not an outlet's name: a lowercase letter, then also digits and _")
        domain = domain.removeprefix("https://").removeprefix("http://").rstrip("/")
        is_address = refusal(f"https://{domain}", allow_private=True) is None
        if not is_address or not re.fullmatch(r"[\w.-]+(?::\d+)?", domain):
            raise WrongUse(f"{domain!r} is not a domain, such as www.example.com")
        outlets_folder = self.settings["OUTLETS_FOLDER"]
        folder = opts.into or (Path(outlets_folder) if outlets_folder else _OWN if _OWN.is_dir() else Path())
        path = folder / f"{name}.py"
        refuse_archive(path)
        if path.exists() and not opts.force:
            raise WrongUse(f"{path} is there already; --force replaces it")
        try:
            _write_declaration(path, name, domain, force=opts.force)
        except OSError as error:
            raise WrongUse(f"{path} cannot be written: {error.strerror}") from None
        print(f"{path}: fill it in, then `triptych live {name}`")
        if folder != _OWN and not outlets_folder:
            print(f"(it is found where OUTLETS_FOLDER={folder.resolve()})")


def _write_declaration(path: Path, name: str, domain: str, *, force: bool) -> None:
    """Write a declaration to be filled in. Raises OSError."""
    template = resources.files("crawler.outlet").joinpath("templates/outlet.tmpl").read_text("utf-8")
    classname = "".join(part.capitalize() for part in name.split("_"))
    text = string.Template(template).substitute(name=name, classname=classname, domain=domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    if force:
        path.unlink(missing_ok=True)
    with path.open("x", encoding="utf-8") as file:  # goes through no link
        file.write(text)
