"""An omission has a page of its own, which says all that a citation needs."""

import json
import re
import shlex

import lxml.html

import archive
from archive.__main__ import main
from archive.addresses import story_of_one
from archive.viewer.search import fill
from tests.archive.viewer.test_web import serving, text_of


def test_an_omission_can_be_cited_and_verified(bridge, root, capsys):
    story = story_of_one(bridge["uk"])
    fill.fill(archive.open(root))
    with serving(root) as get:
        page = lxml.html.fromstring(get(f"/stories/{story}")[2].decode())
        addresses = page.xpath("//a[@class='cite']/@href")
        lines = {x.text_content().partition("; ")[0] for x in page.xpath("//ol/li/p[contains(@id, '-')]")}
        days = {re.search(r" — (\w+), \w+, ([^,]+), https", x).groups() for x in lines}
        assert days >= {("Ukrainian", "2026-03-01 UTC"), ("Russian", "2026-03-02 (2026-03-01 UTC)")}
        # `Будували 40 людей` is not in English, and whether that is sure is doubtful
        doubtful = f"/omissions/{bridge['uk']}/1/1/{bridge['en']}"
        (sure,) = [x for x in addresses if x.startswith(f"/omissions/{bridge['uk']}/1/2/")]
        assert sure.endswith(bridge["en"])
        status, _, body = get(sure)
        assert status == 200
        told = text_of(body)
        for piece in (
            "In Ukrainian, not in English",
            "Будували 40 людей із Заріччя.",
            "no passage of the other text says the same",
            "Story: Bridge en",
        ):
            assert piece in told
        tree = lxml.html.fromstring(body.decode())
        bibtex, csl, commands = (x.text_content() for x in tree.iter("pre"))
        assert "manifest sha256" in bibtex
        assert json.loads(csl)[0]["id"].endswith("-2")
        (confidence,) = re.findall(r"confidence ([0-9.]+)", bibtex)
        assert float(confidence) < 1
        # a citation of what is doubtful says so in all its words, as does the lead to it
        cited = get(doubtful)[2]
        told = text_of(cited)
        assert "Doubtful: something close" in told
        assert "In Ukrainian, perhaps not in English" in told
        assert "Perhaps not in English" in told
        assert "not in English" not in told.replace("erhaps not in English", "")
        sources = [x.text_content() for x in lxml.html.fromstring(cited.decode()).iter("pre")]
        assert all("perhaps absent from" in x for x in sources[:2])
        leads = {x.get("href"): x.text_content() for x in page.xpath("//a[@class='cite']")}
        assert leads[sure] == "Cite: not in English"
        perhaps = f"/omissions/{bridge['ru']}/1/3/{bridge['uk']}"
        assert leads[perhaps] == "Cite: perhaps not in Ukrainian"
        for wrong in (
            sure.replace("/1/2/", "/1/0/"),
            sure.replace("/1/2/", "/2/2/"),
            sure[:-1],
            "/omissions/ab/x/1/cd",
        ):
            assert get(wrong)[0] == 404, wrong
    # the commands do what the page says
    for command in commands.splitlines():
        _, *arguments = shlex.split(command)
        capsys.readouterr()
        assert main(arguments) == 0, command
    passages = json.loads(capsys.readouterr().out)  # whole, where a table cuts its cells
    assert "Будували 40 людей із Заріччя." in [x["text"] for x in passages]
