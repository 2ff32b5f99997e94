"""Names of months, whole and shortened, in some thirty languages."""

import re

_STEMS = {
    "січ": 1, "лют": 2, "берез": 3, "квіт": 4, "трав": 5, "черв": 6, "лип": 7, "серп": 8,
    "верес": 9, "жовт": 10,
    "листоп": 11, "груд": 12,
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "июн": 6, "июл": 7, "авг": 8,
    "сен": 9, "окт": 10,
    "ноя": 11, "дек": 12,
    "jan": 1, "feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12, "march": 3,
}  # fmt: skip
_NAMES_BY_LANGUAGE = (
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber mrz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta"
    " lokakuuta marraskuuta joulukuuta",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "január február marec apríl máj jún júl august september október november december",
    "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
    "január február március április május június július augusztus szeptember október november december",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "januara februara marta aprila maja juna jula avgusta septembra oktobra novembra decembra",
    "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio",
    "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris",
    "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "януари февруари март април май юни юли август септември октомври ноември декември",
    "студзеня лютага сакавіка красавіка траўня чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня",
    "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου"
    " νοεμβρίου δεκεμβρίου",
    "ιανουάριος φεβρουάριος μάρτιος απρίλιος μάιος ιούνιος ιούλιος αύγουστος σεπτέμβριος οκτώβριος"
    " νοέμβριος δεκέμβριος",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "januari februari maret april mei juni juli agustus september oktober november desember",
)
_NAMES: dict[str, int] = {
    word: number for names in _NAMES_BY_LANGUAGE for number, word in enumerate(names.split(), 1)
}
"""Months as whole words."""


def _abbreviations() -> dict[str, set[int]]:
    """Return the first three and four letters of each name, with all months they may stand for.

    Examples are `Dez.`, `août` and `janv.`
    """
    abbreviations: dict[str, set[int]] = {}
    for name, number in _NAMES.items():
        for size in (3, 4):
            if len(name) > size:
                abbreviations.setdefault(name[:size], set()).add(number)
    return abbreviations


_ABBREVIATIONS = _abbreviations()
MONTHS_IN_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_ENDINGS = re.compile(
    r"(?:ень|ня|ні|ий|ого|ому|ад[аі]?|ар[ьяе]?|ра?|рал[ьяе]|т[ае]?|ел[ьяе]|уст[ае]?|тяб(?:р[ьяе])?|ябр[ьяе]|бр?|бр[ьяе]|абр[ьяе]"
    r"|[ьяе])?"
)
"""Endings of a Cyrillic month after its stem; without them `Маріуполь` would be March."""
# short forms that other words may begin with, too
_SHORT = {
    "кві": 4,
    "бер": 3,
    "тра": 5,
    "чер": 6,
    "сер": 8,
    "вер": 9,
    "жов": 10,
    "лис": 11,
    "гру": 12,
    "sept": 9,
    "mar": 3,
}


def month_number(word: str) -> int | None:
    """Return the month that a word names, 1 to 12; None if it names none, or may name several."""
    folded = word.casefold()
    if folded in _SHORT:
        return _SHORT[folded]
    if folded in _NAMES:
        return _NAMES[folded]
    candidates = _ABBREVIATIONS.get(folded, ())
    if len(candidates) == 1:
        return next(iter(candidates))
    for stem, number in _STEMS.items():
        if folded.startswith(stem):
            is_cyrillic = "а" <= folded[0] <= "ї"
            if is_cyrillic and not _ENDINGS.fullmatch(folded[len(stem) :]):
                return None
            return number
    return None
