"""Pictures in a notebook have the numbers of those in the browser, and their recipe makes these numbers."""

from dataclasses import replace
from datetime import timedelta

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

import archive
from archive.viewer.figure_frames import FIGURES


@pytest.fixture
def read(open_writer, variants, noon, root):
    for day in range(2):
        writer = open_writer(f"run-{day}")
        for n in range(4):
            for late, record in enumerate(variants(n, "uk", "en", section="Місто")):
                published = noon + timedelta(hours=3 * late * n)
                text = record.body if not day else f"{record.body} Додано."
                if day == 0 or n == 0:
                    fetched = published + timedelta(hours=1 + 4 * day)
                    writer.add_article(
                        replace(
                            record,
                            published_at=published,
                            fetched_at=fetched,
                            body=text,
                            content_hash=f"{day}" * 64,
                        )
                    )
        writer.commit()
        writer.close()
    return archive.open(root)


def test_numbers_recipes_and_plots(read, tmp_path, open_writer, article):
    mpl.use("Agg")
    writer = open_writer("run-9", tmp_path / "small")
    for name, figure in FIGURES.items():
        # of an archive without a story, then with one article, there is little to draw, and no error
        assert len(figure.frame(archive.open(tmp_path / "small"))) == 0, name
    writer.add_article(article(1, published_at=None))
    writer.commit()
    writer.close()
    for name in FIGURES:
        assert getattr(archive.plots, name)(archive.open(tmp_path / "small")).get_title()
        plt.close("all")
    frames = {name: x.frame(read) for name, x in FIGURES.items()}
    assert frames["coverage"]["articles"].sum() == 8
    assert set(frames["translated"]["language"]) == {"uk", "en"}
    assert list(frames["edits"]["hours_below"]) == [8]
    assert frames["edits"]["edits"].sum() == 2
    for name, figure in FIGURES.items():
        # what the page shows to be typed makes the same frame
        scope = {"opened": read}
        typed = figure.recipe.replace('archive.open("news-archive")', "opened")
        exec(typed, scope)
        assert scope[figure.frame.__name__].equals(frames[name])
        axes = getattr(archive.plots, name)(read)
        assert axes.get_title()
        plt.close("all")
