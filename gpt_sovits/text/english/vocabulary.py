"""Closed classes of English words, by which the rules tell verbs from nouns."""


def words_of(text: str) -> tuple[str, ...]:
    """Words of a list that is written as one string, which keeps long lists readable."""
    return tuple(text.split())


MARKS = frozenset(",.!?")
"""What stands between clauses after normalization."""

SUBJECTS = frozenset(words_of("i you we they he she it who"))
OBJECTS = frozenset(
    words_of(
        "me him her us them it you myself himself herself themselves everything something anything "
        "everyone anyone"
    )
)
MODALS = frozenset(
    words_of(
        "will would can could may might must shall should do does did don't doesn't didn't "
        "won't can't cannot couldn't wouldn't shouldn't i'll you'll he'll she'll it'll we'll "
        "they'll i'd you'd he'd she'd we'd they'd let's please gonna wanna"
    )
)
HAVE = frozenset(
    words_of(
        "have has had having haven't hasn't hadn't i've you've we've they've he's she's who've"
    )
)
BE = frozenset(
    words_of(
        "am is are was were be been being isn't aren't wasn't weren't i'm you're we're they're "
        "it's that's get gets got"
    )
)
DETERMINERS = frozenset(
    words_of(
        "a an the this that these those my your his her its our their no any some every each "
        "another all both many few several what which whose"
    )
)
PRONOUNS = frozenset(
    words_of("this that these those some all both many few several what which whose")
)
"""Determiners that also stand alone, so that a verb may follow."""
PREPOSITIONS = frozenset(
    words_of(
        "of in on at by for with from into onto about over under after before between through "
        "during without against within across per via as like near off out up than"
    )
)
ADVERBS = frozenset(
    words_of(
        "not never always also just only still often sometimes ever then even soon now almost "
        "already again better really simply"
    )
)
NOT_ADVERBS = frozenset(words_of("family early only daily weekly supply reply apply italy july"))
FINITE = frozenset(words_of("is are was were has have had will would can could may should must"))
TO_NOUN = frozenset(words_of("due access thanks related according subject addicted response next"))
CAUSATIVES = frozenset(
    words_of("let make makes made help helps helped have had see saw watch hear heard")
)
PAST_TIMES = frozenset(words_of("yesterday ago last once earlier previously recently"))
"""Words that put the verbs of their clause into the past."""
PAST_VERBS = frozenset(
    words_of(
        "was were had did said went told found thought came saw gave took made knew felt sat "
        "stood wrote written heard spoke ran began left kept held brought bought met"
    )
)
