"""What readers may say, in Finnish, Swedish and English: phrases in small letters, without signs.

A phrase is a whole clause. "Emme ole kiinnostuneita" must not be found to hold "kiinnostuneita", so nothing
is looked for inside a clause.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.contracts import (
    Announce,
    AskCalendar,
    AskHelp,
    AskRoster,
    AskStatus,
    AskWhy,
    ChooseChannel,
    ChooseHours,
    ChooseLanguage,
    ChooseRhythm,
    Command,
    GiveAnswer,
    MuteItem,
    ShowMyName,
    StopAll,
    TakeBack,
)

_SAID: Mapping[Command, tuple[str, ...]] = {
    GiveAnswer("interested"): (
        "kiinnostaa", "kiinnostaa meitä", "meitä kiinnostaa", "kiinnostunut", "kiinnostuneita",
        "olemme kiinnostuneita", "olen kiinnostunut", "kiinnostus", "kyllä kiinnostaa", "mukana", "haemme",
        "intresserad", "intresserade", "vi är intresserade", "jag är intresserad", "intressant", "intresse",
        "vi söker", "interested", "we are interested", "were interested", "i am interested", "im interested",
        "yes interested", "very interested", "count us in",
    ),
    GiveAnswer("not_for_us"): (
        "ei meille", "ei kiinnosta", "ei kiinnosta meitä", "emme ole kiinnostuneita", "en ole kiinnostunut",
        "ei koske meitä", "ei sovi meille", "emme hae", "ei ole meille", "ei mukana", "inte för oss",
        "ej för oss", "inte intresserad", "inte intresserade", "ej intresserad", "ej intresserade",
        "vi är inte intresserade", "jag är inte intresserad", "vi söker inte", "not for us", "not interested",
        "we are not interested", "were not interested", "i am not interested", "im not interested",
        "no not for us", "not relevant for us",
    ),
    GiveAnswer("need_partner"): (
        "etsimme kumppania", "etsimme kumppaneita", "haemme kumppania", "haemme kumppaneita",
        "tarvitsemme kumppanin", "tarvitsemme kumppania", "kumppani haussa", "kumppania etsitään",
        "etsin kumppania", "vi söker partner", "söker partner", "vi söker en partner", "söker en partner",
        "vi behöver en partner", "behöver partner", "vi söker samarbetspartner", "söker samarbetspartner",
        "need a partner", "need partner", "we need a partner", "looking for a partner",
        "we are looking for a partner", "looking for partners", "we are looking for partners",
        "seeking a partner",
    ),
    GiveAnswer("seen"): (
        "nähty", "luettu", "huomioitu", "tiedoksi saatu", "kuittaan", "kuitattu", "sett", "läst", "noterat",
        "vi har sett", "seen", "read", "noted", "got it",
    ),
    MuteItem(): (
        "hiljennä", "hiljennä tämä", "mykistä", "vaimenna", "vaimenna tämä", "älä muistuta", "ei enää tästä", "tysta",
        "tysta detta", "påminn inte", "påminn mig inte", "inte mer om detta", "mute", "mute this",
        "do not remind me", "dont remind me", "no reminders", "no more of this",
    ),
    MuteItem(off=True): (
        "poista hiljennys", "kerro taas", "ta bort tystningen", "berätta igen", "unmute", "unmute this",
    ),
    StopAll(): (
        "lopeta", "lopeta viestit", "peru tilaus", "peruuta tilaus", "poista minut listalta", "en halua viestejä",
        "sluta", "stoppa", "sluta skicka", "avsluta prenumerationen", "avregistrera", "avregistrera mig",
        "stop", "stop all", "stop sending", "unsubscribe", "unsubscribe me", "remove me",
    ),
    ChooseRhythm("now"): ("heti", "saman tien", "genast", "med en gång", "at once", "immediately"),
    ChooseRhythm("daily"): (
        "päivittäin", "kerran päivässä", "joka päivä", "dagligen", "en gång om dagen", "varje dag", "daily",
        "once a day", "every day",
    ),
    ChooseRhythm("weekly"): (
        "viikoittain", "kerran viikossa", "joka viikko", "en gång i veckan", "varje vecka", "veckovis",
        "weekly", "once a week", "every week",
    ),
    ChooseLanguage("fi"): ("suomeksi", "suomi", "på finska", "finska", "in finnish", "finnish"),
    ChooseLanguage("sv"): ("ruotsiksi", "ruotsi", "på svenska", "svenska", "in swedish", "swedish"),
    ChooseLanguage("en"): ("englanniksi", "englanti", "på engelska", "engelska", "in english", "english"),
    AskHelp(): (
        "apua", "ohje", "ohjeet", "komennot", "mitä voin sanoa", "mitä osaat", "hjälp", "kommandon",
        "vad kan jag säga", "vad kan du", "help", "commands", "what can i say", "what can you do",
    ),
    TakeBack(): (
        "peru vastaus", "peruuta vastaus", "peru vastaukseni", "ota vastaus takaisin", "ota vastaukseni takaisin",
        "ångra svaret", "ångra mitt svar", "ta tillbaka svaret", "ta tillbaka mitt svar", "ta tillbaka",
        "take back", "take back my answer", "take my answer back", "undo my answer", "withdraw my answer",
    ),
    AskWhy(): (
        "miksi", "miksi tämä", "miksi sain tämän", "miksi sain tämän viestin", "miksi minä", "varför",
        "varför detta", "varför det här", "varför fick jag detta", "varför fick jag det här", "why", "why this",
        "why did i get this", "why did i get this message", "why do i get this", "why me",
    ),
    AskRoster(): (
        "kuka on vastannut", "ketkä ovat vastanneet", "kuka vastasi", "ketkä vastasivat", "vastaukset", "vastaajat",
        "näytä vastaukset", "keitä kiinnostaa", "vem har svarat", "vilka har svarat", "vem svarade", "svaren",
        "visa svaren", "vilka är intresserade", "who has answered", "who answered", "who have answered", "answers",
        "show answers", "who is interested", "roster",
    ),
    AskCalendar(): (
        "kalenteri", "kalenteriin", "lisää kalenteriin", "kalender", "lägg till i kalendern", "i kalendern",
        "calendar", "add to calendar", "add to my calendar",
    ),
    AskStatus(): (
        "tila", "tilanne", "tilannekatsaus", "mikä on tilanne", "läget", "status", "hur är läget", "how are things",
    ),
    Announce(): (
        "tiedota", "tiedote", "uusi tiedote", "kirjoita tiedote", "tee tiedote", "kuuluta", "meddela",
        "nytt meddelande", "skriv ett meddelande", "informera", "announce", "announcement", "new announcement",
        "write an announcement", "make an announcement",
    ),
    ChooseChannel("slack"): (
        "slackissa", "slackiin", "lähetä slackiin", "viestit slackiin", "i slack", "via slack", "skicka i slack",
        "in slack", "by slack", "send by slack", "send in slack",
    ),
    ChooseChannel("email"): (
        "sähköpostilla", "sähköpostiin", "sähköpostitse", "lähetä sähköpostilla", "per e-post", "via e-post",
        "med e-post", "skicka per e-post", "by mail", "by email", "by e-mail", "send by mail", "send by email",
    ),
    ShowMyName(): (
        "näytä nimeni", "nimeni näkyviin", "nimi näkyviin", "visa mitt namn", "show my name",
    ),
    ShowMyName(shown=False): (
        "piilota nimeni", "älä näytä nimeäni", "nimi piiloon", "dölj mitt namn", "visa inte mitt namn",
        "hide my name", "do not show my name", "dont show my name",
    ),
}  # fmt: skip

PHRASES: Mapping[str, Command] = {phrase: command for command, said in _SAID.items() for phrase in said}
"""Every phrase and what it asks."""

ALONE: Mapping[str, Command] = {
    "aina": ChooseHours("always"), "alltid": ChooseHours("always"), "always": ChooseHours("always"),
    "slack": ChooseChannel("slack"), "sähköposti": ChooseChannel("email"), "e-post": ChooseChannel("email"),
    "email": ChooseChannel("email"), "mail": ChooseChannel("email"), "?": AskHelp(),
}  # fmt: skip
"""What is a command only when nothing else is said: Aina is a name, too, and ends many a letter."""

ASKED = (AskWhy, AskRoster, AskCalendar, AskStatus, AskHelp)
"""What may be put as a question, because it changes nothing."""

REMIND = (
    "muistuta", "muistuta minua", "muistuta meitä", "muistutus", "påminn", "påminn mig", "påminn oss",
    "påminnelse", "remind", "remind me", "remind us", "reminder",
)  # fmt: skip
"""What a wish for a reminder begins with; a day follows."""

STILL = (
    "muistuta silti", "muistuta kuitenkin", "påminn ändå", "påminn mig ändå", "remind me anyway",
    "remind us anyway", "remind anyway",
)  # fmt: skip
"""Said beside an answer: and the reminders all the same."""

POLITE = frozenset({
    "hei", "moi", "terve", "moikka", "kiitos", "kiitos paljon", "kiitti", "ok", "okei", "hej", "tack",
    "tack så mycket", "hi", "hello", "thanks", "thank you", "many thanks", "please", "hyvää päivää",
    "hyvää huomenta", "god dag", "dear silta", "hej silta", "hei silta", "hi silta",
})  # fmt: skip
"""Clauses that ask for nothing."""

ADDED = frozenset({"kiitos", "tack", "thanks", "please", "kyllä", "ja", "yes", "joo", "hei", "hej", "hi"})
"""Words at either end of a clause that change nothing in it."""
