"""A language with a row and a column of the lexicon, and no more, is compared by content."""

from tests.support.running import python

PROGRAM = """
from datetime import UTC, datetime
from archive.format import languages

languages.COMPARED_LANGUAGES = (*languages.COMPARED_LANGUAGES, "pl")

from pipelines.pairing.content.compare import compare
from pipelines.similarity.document import Document, read

AT = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = {
    "uk": "Удар по Харкову: 12 поранених. Ігор Терехов: пошкоджено 35 будинків і 480 вікон на Салтівці.",
    "pl": "Uderzenie w Charków: 12 rannych. Ihor Terechow: uszkodzono 35 budynków i 480 okien na Sałtiwce.",
}
readings = [read(Document(code, "courier", code, text[:20], text, AT)) for code, text in TEXTS.items()]
[match] = compare(readings)
print(match.a_id, match.b_id, match.probability > 0.5)
"""


def test_a_language_that_no_fit_has_seen_is_compared():
    done = python("-c", PROGRAM)
    assert (done.stdout, done.stderr) == ("pl uk True\n", "")
