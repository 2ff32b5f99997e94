"""The loader of declarations, one by one: a broken file costs one outlet, not all of them."""

import pkgutil
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader, SpiderLoaderProtocol

from crawler.exceptions import DeclarationError
from crawler.outlet.declaration import Outlet

_OPERATORS = "operators_outlets"
"""Package name of the files of OUTLETS_FOLDER."""


class OutletLoader(SpiderLoader):
    """Loader for SPIDER_LOADER_CLASS; Scrapy's own ends every command with a traceback."""

    broken: dict[str, str]
    """Name of the outlet, which is the file's without `.py` -> place and error."""

    def __init__(self, settings: BaseSettings) -> None:
        self._folder = settings.get("OUTLETS_FOLDER")
        super().__init__(settings)

    def _load_all_spiders(self) -> None:
        self.broken = {}
        for package in self.spider_modules:
            for name in self._module_names(package):
                try:
                    module = import_module(name)
                except (Exception, SystemExit) as error:
                    self.broken[name.rpartition(".")[2]] = _message(name, error)
                else:
                    self._load_spiders(module)
        if self._folder:
            self._load_folder(Path(self._folder))
        self._check_name_duplicates()

    @staticmethod
    def _module_names(package: str) -> list[str]:
        try:
            return [*_modules(package)]
        except ModuleNotFoundError as error:
            if error.name is None or not f"{package}.".startswith(f"{error.name}."):
                raise  # an outlet's own import
            print(f"triptych: SPIDER_MODULES: there is no module {package!r}", file=sys.stderr)
            sys.exit(2)

    def _load_folder(self, folder: Path) -> None:
        """Load the operator's declarations, each a file of that folder."""
        if not folder.is_dir():
            print(
                f"triptych: OUTLETS_FOLDER={str(folder)!r} is no folder; `triptych genspider` makes it",
                file=sys.stderr,
            )
            sys.exit(2)
        for path in sorted(folder.glob("[!_]*.py")):
            name = f"{_OPERATORS}.{path.stem}"
            spec = spec_from_file_location(name, path)
            assert spec is not None
            assert spec.loader is not None
            module = sys.modules[name] = module_from_spec(spec)
            try:
                if not path.is_file():  # a pipe would be waited for
                    raise OSError("it is not a file")
                spec.loader.exec_module(module)
            except (Exception, SystemExit) as error:
                self.broken[path.stem] = _message(name, error)
            else:
                self._load_spiders(module)


def outlet_classes(loader: SpiderLoaderProtocol) -> list[type[Outlet]]:
    """Return the loaded declarations, by name; `page` and the demo are among them."""
    loaded = map(loader.load, sorted(loader.list()))
    return [spider for spider in loaded if issubclass(spider, Outlet)]


def _modules(name: str) -> Iterator[str]:
    yield name
    package = import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."):
        yield module.name


def _message(name: str, error: Exception | SystemExit) -> str:
    if isinstance(error, DeclarationError):
        # it names the outlet, the value and the expected form
        return str(error).partition(": ")[2]
    if isinstance(error, SyntaxError):
        file, line, what = error.filename or name, error.lineno, error.msg
    else:
        # the last frame, not those of the import system
        last = traceback.extract_tb(error.__traceback__)[-1]
        file, line, what = last.filename, last.lineno, f"{type(error).__name__}: {error}"
    return f"{Path(file).name} cannot be read, line {line}: {what}"
