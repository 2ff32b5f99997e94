"""Details of pairs that no run of ours has written: nothing falls over them, what they say is not said."""

import json

import pytest

import archive
from archive.__main__ import main
from archive.format.conflicts import is_conflict
from archive.format.records import Decisions, Membership, PairRecord
from archive.writer import ArchiveWriter
from pipelines.pairing.evidence import stored_edges
from pipelines.pairing.run import pair_archive
from tests.pipelines.pairing.test_run import MONDAY, article, root

__all__ = ["root"]

LINK = {"kind": "hreflang", "from": "{a}", "to": "{b}", "claimed": "en"}
CONTENT = {
    "in_words": "", "tier": "auto", "mutual": True, "runner_up": 0.1, "shared": [["5", "5"]],
    "ordered": [0, 0], "covered": [1.0, 1.0], "traces": [["image", "https://a.example/1.jpg"]],
}  # fmt: skip
STRANGE = [
    *("{broken", "[]", "7", "null", '"conflict"', "[" * 9_000, '{"evidence": 5, "content": 5}'),
    *('{"evidence": [7, null, [], {}], "conflict": "no"}', '{"content": null, "conflict": [1]}'),
    *(
        json.dumps({"evidence": [LINK | changed]})
        for changed in ({"kind": []}, {"kind": "label"}, {"from": 5}, {"to": "x" * 32}, {"to": "{a}"})
    ),
    *(
        json.dumps({"content": CONTENT | changed})
        for changed in (
            {"tier": "best"}, {"tier": []}, {"runner_up": "x"}, {"shared": [5]}, {"ordered": [1]},
            {"covered": ["x", 1]}, {"traces": [["page", "x"]]}, {"traces": [5]}, {"ordered": [1e999, 1]},
        )
    ),
]  # fmt: skip


@pytest.fixture
def strange(root):
    """An archive with a pair for each of STRANGE, one that is ours, and one of a score that is none."""
    ours = json.dumps({"evidence": [LINK], "content": CONTENT, "conflict": True})
    rows = [*((each, 0.9) for each in STRANGE), (ours, 0.05), (ours, 7.0)]
    with ArchiveWriter.open(root, run_id="20260302T000000Z-test-1") as writer:
        for number in range(len(rows)):
            for language in ("uk", "en"):
                writer.add_article(article(number, language))

        def pair(fresh, _related):
            sides = {}
            for each in fresh:
                sides.setdefault(each.url.rpartition("/")[2], []).append(each)
            found = []
            for number, (details, score) in enumerate(rows):
                a, b = sorted(sides[str(number)], key=lambda x: x.article_id)
                told = details.replace("{a}", a.article_id).replace("{b}", b.article_id)
                found.append(PairRecord(a.article_id, b.article_id, "content", False, score, told, MONDAY))
            joined = {sides[str(n)][0].article_id: sides[str(n)][1].story_id for n in range(len(rows))}
            found.sort(key=lambda x: (x.article_id_a, x.article_id_b))
            return Decisions(tuple(found), tuple(Membership(*x) for x in sorted(joined.items())))

        writer.commit(pair, {"sources/read": 1, "run/finished": 1})
    return root


def test_what_a_stranger_writes_of_a_pair_ends_no_run(strange, capsys):
    edges = list(stored_edges(archive.open(strange), None))
    assert len(edges) == len(STRANGE) + 2
    assert [len(each.links) for each in edges if each.links] == [1, 1]
    assert [each.match.probability for each in edges if each.match] == [0.05]
    # the score of those that claim nothing of a comparison is none either
    for wanted, said in ((article(len(STRANGE), "uk").url, 1), (article(0, "en").url, 0)):
        assert main(["show", wanted, "--archive", str(strange)]) == 0
        assert capsys.readouterr().out.count("do not seem to be the same story") == said
    assert pair_archive(str(strange), everything=True).articles == 2 * len(STRANGE) + 4
    assert not any(is_conflict(each) for each in (*STRANGE, None, ""))
