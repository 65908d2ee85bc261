"""Short summaries: the one or two sentences of a text that say most, taken from it word for word.

sumy ranks the sentences by Edmundson's method (words of the title, cue words, place in the text; Edmundson,
"New Methods in Automatic Extracting", 1969). nltk's Punkt splits them and its Snowball stemmers know Finnish,
Swedish and English; all three come with their packages, and nothing is downloaded (docs/adr/0009).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.contracts import Language
from bot.summaries import vocabulary

LONGEST = 240
"""Characters of a summary."""

READ = 6_000
"""Characters of a text that are looked at: what matters stands at the beginning."""

MOST_SENTENCES = 30

_NAMES = {"fi": "finnish", "sv": "swedish", "en": "english"}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MARKDOWN = MarkdownIt("commonmark", {"html": True})
_TEXTS = {"text", "code_inline"}
_BREAKS = {"softbreak", "hardbreak"}


def plain(markdown: str) -> str:
    """A Markdown text without its markup: a paragraph, heading or list entry a line. Links leave their text.

    HTML, pictures, code and characters that steer a terminal or turn the writing around are left out.
    """
    lines = (_clean(line) for line, _ in _blocks(markdown))
    return "\n".join(line for line in lines if line)


def extract(markdown: str, language: Language, title: str = "") -> str:
    """The summary of a text, at most `LONGEST` characters; empty when it says no more than its title."""
    told = title.casefold().strip(" .")
    paragraphs = []
    for line, heading in _blocks(markdown):
        sentences = [] if heading else _sentences(language, _clean(line))
        paragraphs.append([each for each in sentences if each.casefold().strip(" .") != told])
    paragraphs = _capped([each for each in paragraphs if each])
    if not paragraphs:
        return ""
    for count in (2, 1):
        chosen = " ".join(_best(language, _clean(title), paragraphs, count))
        if len(chosen) <= LONGEST:
            return chosen
    return shortened(chosen)


def shortened(text: str, most: int = LONGEST) -> str:
    """A text cut at the end of a word, with an ellipsis, if it is longer than it may be."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:–-") + "…"


def _blocks(markdown: str) -> Iterator[tuple[str, bool]]:
    """The text of each block, and whether it is a heading."""
    heading = False
    for token in _MARKDOWN.parse(markdown[:READ]):
        heading = token.type == "heading_open" or (heading and token.type != "heading_close")
        if token.type == "inline":
            yield "".join(_inline(token.children or [])), heading
        elif token.type == "html_block":
            yield html.unescape(nh3.clean(token.content, tags=set())), False


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in _TEXTS:
            yield token.content
        elif token.type in _BREAKS:
            yield " "


def _clean(text: str) -> str:
    """One line without control, direction and format characters (Unicode categories Cc, Cf, Co, Cs)."""
    kept = "".join(
        " " if each in "\t\n\r\v\f" else each
        for each in text
        if each in "\t\n\r\v\f" or unicodedata.category(each) not in {"Cc", "Cf", "Co", "Cs"}
    )
    return " ".join(kept.split())


def _sentences(language: Language, line: str) -> list[str]:
    """The sentences of a line. One that begins with a small letter or a digit after a dot goes with the one before."""
    found: list[str] = []
    for part in _splitter(language)(line):
        torn = found and (part[0].islower() or (part[0].isdigit() and found[-1].endswith((" kl.", " nr."))))
        if torn:
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _capped(paragraphs: list[list[str]]) -> list[list[str]]:
    room, kept = MOST_SENTENCES, []
    for sentences in paragraphs:
        if room <= 0:
            break
        kept.append(sentences[:room])
        room -= len(sentences)
    # What fits is preferred: a sentence too long is only cut when there is no other.
    short = [[each for each in sentences if len(each) <= LONGEST] for sentences in kept]
    return [each for each in short if each] or kept


def _best(language: Language, title: str, paragraphs: list[list[str]], count: int) -> list[str]:
    """The `count` sentences that say most, in the order of the text."""
    if sum(map(len, paragraphs)) <= count:
        return [sentence for sentences in paragraphs for sentence in sentences]
    return _ranker(language)(title, paragraphs, count)


# The libraries take a third of a second and 40 MB to load: only who makes summaries pays for that.


@cache
def _splitter(language: Language) -> Callable[[str], list[str]]:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = set(vocabulary.ABBREVIATIONS[language])
    tokenizer = PunktSentenceTokenizer(parameters)
    return lambda line: [each for each in tokenizer.tokenize(line) if each] if line else []


@cache
def _ranker(language: Language) -> Callable[[str, list[list[str]], int], list[str]]:
    from nltk.stem.snowball import SnowballStemmer
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.summarizers.edmundson import EdmundsonSummarizer

    summarizer = EdmundsonSummarizer(lru_cache(20_000)(SnowballStemmer(_NAMES[language]).stem))
    summarizer.bonus_words = vocabulary.TELLING[language]
    summarizer.stigma_words = vocabulary.IDLE[language]
    summarizer.null_words = vocabulary.COMMON[language]

    class Words:
        """What sumy asks of a tokenizer."""

        @staticmethod
        def to_words(sentence: str) -> tuple[str, ...]:
            return tuple(_WORD.findall(sentence))

    def rank(title: str, paragraphs: list[list[str]], count: int) -> list[str]:
        first = [Sentence(title, Words, is_heading=True)] if title else []
        model = [Paragraph([Sentence(each, Words) for each in sentences]) for sentences in paragraphs]
        document = ObjectDocumentModel([Paragraph(first), *model] if first else model)
        return [str(each) for each in summarizer(document, count)]

    return rank
