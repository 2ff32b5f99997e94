import pytest

from crawler.extraction.body import speedups


@pytest.fixture(scope="session", autouse=True)
def _as_in_a_worker() -> None:
    speedups.install()
