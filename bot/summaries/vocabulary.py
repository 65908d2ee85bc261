"""Words that tell a summary's sentences apart, by language: beginnings matter, for they are stemmed.

`TELLING` words speak for a sentence of a funding call or of news, `IDLE` ones against it; `COMMON` ones say
nothing. After `ABBREVIATIONS` (without their last dot) no sentence ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.contracts import Language


def _each(words: str) -> tuple[str, ...]:
    return tuple(words.split())


TELLING: Mapping[Language, tuple[str, ...]] = {
    "fi": _each(
        "haku hakuaika haettavana haettavissa hakea tuki tukea rahoitus rahoitusta euroa miljoonaa prosenttia "
        "enintään kaupungit kaupungeille hanke hankkeet hankkeille tarkoitettu tavoite määräaika mennessä "
        "ilmoittautuminen järjestetään avautuu sulkeutuu päättyy"
    ),
    "sv": _each(
        "ansökan ansökningsomgång utlysning sökas stöd stödet finansiering euro miljoner procent högst städer "
        "städerna projekt avsedd riktar mål senast tidsfrist anmälan ordnas öppnar stänger upphör"
    ),
    "en": _each(
        "call apply applications grant grants funding support euros million percent maximum cities project "
        "projects aim aims deadline by registration opens closes held"
    ),
}
IDLE: Mapping[Language, tuple[str, ...]] = {
    "fi": _each(
        "klikkaa lue lisätietoja lisätiedot evästeet tilaa uutiskirje seuraa kuva puhelin tervetuloa"
    ),
    "sv": _each("klicka läs mer mera kakor prenumerera nyhetsbrev följ bild telefon välkommen"),
    "en": _each("click read more cookies subscribe newsletter follow photo image phone welcome"),
}
COMMON: Mapping[Language, tuple[str, ...]] = {
    "fi": _each(
        "ja on ei se tai että kun niin myös sekä jotka joka jonka ovat oli olla ole mutta kuin hän he me te "
        "tämä nämä ne sen niiden tässä siitä vain voi voivat jos"
    ),
    "sv": _each(
        "och i att det som en på är av för med till den har de inte om ett men var vi kan ska från eller när "
        "så under även vid denna detta dessa"
    ),
    "en": _each(
        "the a an and or of to in is are for on with that this it be as by at from will can was were has have "
        "not but which their its also into"
    ),
}
ABBREVIATIONS: Mapping[Language, tuple[str, ...]] = {
    "fi": _each(
        "esim mm ks ym yms yo ko ns nk n klo milj mrd ma ti ke to pe la su os tri prof huom puh s v alk eli jne"
    ),
    "sv": _each("t.ex bl.a dvs m.m m.fl osv s.k f.d kl ca milj mrd nr st prof dr resp fr.o.m t.o.m tfn"),
    "en": _each("e.g i.e etc approx no nos vs dr prof mr mrs ms st inc p.m a.m u.s u.k cf fig"),
}
