"""Marks of negations: one text says that something is not so, where the other says that it is.

A mark must be right. Languages deny in many ways (`not cheap`, «дорогий»; `keeps`, «не перестаёт»), so a
sentence is marked only if the other one has the very word that is denied, most of its words, and nothing
that may deny, doubt or limit: of 35,000 linked paragraphs five were marked, all of which contradicted.
"""

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter

from archive.format.marks import Contradiction
from pipelines.alignment.marks.number_marks import LIKELY, Passage
from pipelines.alignment.marks.opposite_marks import opposite_marks
from pipelines.alignment.marks.quantities import quantities
from pipelines.alignment.second_pass import SENTENCE_END
from pipelines.similarity.counts import things_in, words_of

_LONGEST = 500
"""Letters of a sentence that is read."""
_SHORT, _COMMON_OF_SHORT, _SHARE_OF_SHORT = 60, 2, 0.5
"""Letters of a sentence of which two words, a half, or all are enough."""
_COMMON, _SHARE = 3, 0.3
"""Words that both sentences have, and their share of the shorter sentence, at least."""
_LIKEST = 0.45
"""Share of the longer of two sentences, of texts with other numbers of them, that both have in common."""
_MOST_COUPLES = 100
"""Couples of sentences that are held against each other."""
_DENIAL = {
    "uk": re.compile(
        r"(?<!кщо )(?<!майже )(?<!\bчи )\bне (?!лише|тільки|менш|більш|раз\b|просто)"
        r"(?:(?:буд|мож|змож|зм[іо]г|ста)\w* )?[а-яіїєґ'’ʼ]{4,}",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"(?<!ли )(?<!почти )\bне (?!только|лишь|мен[ье]|бол[ье]|раз\b|просто)"
        r"(?:(?:буд|мо[гж]|смо[гж]|ста)\w* )?[а-яё]{4,}",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:is|are|was|were|has|have|had|do|does|did|will|would|can|could|should)(?:n['’]t| not) "
        r"(?!only|just|least|less|more|until|even)[a-z]{3,}|\b(?:cannot|never) [a-z]{3,}",
        re.IGNORECASE,
    ),
}
"""What denies the word behind it; `if not` and `almost not` deny nothing."""
_NO_FACT = re.compile(
    r"\b(?:б|би|бы|щоби?|аби|чтобы?|пок[иа])\b|\bне [^,.;:]{1,60}, а |— так\b", re.IGNORECASE
)
"""Де б він не був; щоб не зростав: kept from growing; не Болгария, а Италия: overtook Bulgaria."""
_DOUBT = {
    "uk": re.compile(
        r"\bне(?!д[іа]л|б[оіае]|щодав|давн|рв|фт|обхідн|вдовз|тан)|\bні(?!ч\b|чн|ме|с\b|г\b|нь)"
        r"|\bжод|без|відмов|відкин|відхил|запереч|відсут|проти|крім|лише|\bз[ір]и?рв|уник|припин|зуп|\bледь|навряд"
        r"|заборон|\bрідк|\bмал[ои]\b|втра|попри|\b[дп]оки|\bніж\b|радше|важк|складн|\bпоза\b|забра|скас|зник"
        r"|надто|замість|майже|утрим",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"\bне(?!дел|б[оае]|давн|рв|фт|обходим|котор|скольк|ме?ц|тан)|\bни(?!з|ж|к[оа]л[аео]|т[иь])"
        r"|\bбе[зс]|отказ|отриц|отсут|\bнет\b|нельзя|против|кроме|лишь|срыв|сорв|избе[гж]|прекра|остан"
        r"|едва|вряд|запре|\bредк|\bмало\b|потер|\bпока|скорее|трудн|сложн|\bвне\b|убра|отмен|исчез|слишком"
        r"|вместо|\bчем\b|просроч|почти|воздерж",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:no|not|nor|never|none|nobody|nothing|nowhere|neither|without|cannot|only|stop\w*|unless|until"
        r"|hardly|barely|scarcely|rarely|few|little|instead|rather|despite|except|against|yet|too|free|zero"
        r"|devoid|hard|difficult|than|beyond|almost|far)\b|n['’]t\b|\bnon-?[a-z]{4}"
        r"|\bun(?!der|ion|it|iv|iq|esc|icef)[a-z]{4}|\bdis(?!cuss|tri|tan|ast|play|cover|ease|pat)[a-z]{4}"
        r"|\bi(?:m(?!port|pos(?:e|in)|pact|medi|prov|plem|pl[iy]|age)|r(?!an|aq|aan|eland|ish)|l(?!lus|lust))[a-z]{4}"
        r"|\bin(?!ter|form|cid|crea|clud|stit|stru|vest|side|itia|dustr|volv|sist|flat|habit|jur|spect|dia|dic)[a-z]{4}"
        r"|refus|declin|withh[eo]ld|refrain|\bden[iy]|lack|fail|avoid|\bban|less\b|prevent|\blos[st]|remov"
        r"|out of|reject|absen|miss|from [a-z]+ing\b",
        re.IGNORECASE,
    ),
}
"""What may deny in other words, but for words that begin alike: undergo, недавно. Too many are no harm."""
_AUXILIARY = re.compile(r"бу[двлт]\w*|был\w*|мож\w+|be|been|have|had|do|will", re.IGNORECASE)
"""A denied word that says nothing: the other text may say it in any sentence."""
_ANY = re.compile(r"n['’]t\b|\bnot\b|\bне\b", re.IGNORECASE)
"""In a sentence that is left untranslated."""


def negation_marks(a: Passage, b: Passage) -> tuple[Contradiction, ...]:
    """Return the words of linked paragraphs that one denies and the other does not."""
    if not {a.language, b.language} <= _DENIAL.keys():
        return ()
    marks = list[Contradiction]()
    for sentence_a, sentence_b in _side_by_side(_sentences(a), _sentences(b)):
        for denied, word in _denied(sentence_a, sentence_b):
            marks.append(Contradiction(denied, word, "negation", LIKELY))
        for denied, word in _denied(sentence_b, sentence_a):
            marks.append(Contradiction(word, denied, "negation", LIKELY))
        if _say_one_thing(sentence_a, sentence_b):
            marks += opposite_marks(sentence_a, sentence_b)
    return tuple(marks)


def _sentences(passage: Passage) -> list[Passage]:
    sentences = list[Passage]()
    for text in SENTENCE_END.split(passage.text):
        sentences.append(Passage(text, passage.language))
    return sentences


def _side_by_side(a: Sequence[Passage], b: Sequence[Passage]) -> Iterator[tuple[Passage, Passage]]:
    """Yield the sentences in their order, or of other numbers each two that are the likest to each other."""
    if len(a) == len(b):
        yield from zip(a, b, strict=True)
        return
    if len(a) * len(b) > _MOST_COUPLES:
        return
    likeness = dict[tuple[int, int], float]()
    for i, sentence_a in enumerate(a):
        for j, sentence_b in enumerate(b):
            things_a = things_in(sentence_a.text, sentence_a.language)
            things_b = things_in(sentence_b.text, sentence_b.language)
            likeness[i, j] = len(things_a & things_b) / max(1, len(things_a), len(things_b))
    for (i, j), share in likeness.items():
        rivals = [other for (x, y), other in likeness.items() if (x == i) != (y == j)]
        if share >= _LIKEST and share > max(rivals):
            yield a[i], b[j]


def _say_one_thing(a: Passage, b: Passage) -> bool:
    """Tell if two sentences have enough words in common, and are short enough to be read."""
    longer = max(len(a.text), len(b.text))
    if longer > _LONGEST:
        return False
    things_a, things_b = things_in(a.text, a.language), things_in(b.text, b.language)
    common, least = len(things_a & things_b), min(len(things_a), len(things_b))
    if longer <= _SHORT and (common == least > 0 or common >= max(_COMMON_OF_SHORT, _SHARE_OF_SHORT * least)):
        return True
    return common >= max(_COMMON, _SHARE * least)


def _denied(a: Passage, b: Passage) -> Iterator[tuple[str, str]]:
    """Yield what a sentence denies, as printed, and the word for it in one that denies nothing."""
    denials = _DENIAL[a.language].findall(a.text)
    if len(denials) != 1 or len(_ANY.findall(a.text)) > 1 or _NO_FACT.search(a.text):
        return
    if _DOUBT[b.language].search(b.text) or _ANY.search(b.text) or not _say_one_thing(a, b):
        return
    # did not win nine of eleven, won two
    numbers_a, numbers_b = _numbers(a), _numbers(b)
    if numbers_a - numbers_b and numbers_b - numbers_a:
        return
    denied_word = denials[0].split()[-1]
    if _AUXILIARY.fullmatch(denied_word):
        return
    denied = things_in(denied_word, a.language)
    for word in words_of(b.text):
        if word[0].isalpha() and not denied.isdisjoint(things_in(word, b.language)):
            yield denials[0], word
            return


def _numbers(sentence: Passage) -> frozenset[str]:
    return frozenset(map(attrgetter("key"), quantities(sentence.text, sentence.language)))
