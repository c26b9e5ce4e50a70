"""All limits of the API in one place; `docs/api.md` tells them to whoever calls it."""

from datetime import timedelta

LONGEST_BODY = 64 * 1024
"""Bytes of a POST."""
LONGEST_URL_QUERY = 8 * 1024
"""Bytes of a GET's query string."""

MOST_TOKENS = 1000
"""Of a document: names, punctuators and values."""
DEEPEST = 10
"""Levels of fields within fields, from the root."""
MOST_ALIASES = 30
MOST_DIRECTIVES = 50
MOST_ROOT_FIELDS = 20
MOST_MUTATIONS = 1
"""An operation changes one thing, so that nobody wonders what was done when a later one fails."""

MOST_COST = 1000
"""Of one operation: about the number of objects that it may be answered with."""
LONGEST_PAGE = 100
MOST_IDS = 50
"""That `nodes` takes at once."""
MOST_ERRORS = 5
"""That are told of one request."""

DEADLINE = timedelta(seconds=30)
"""For an answer. Longer than a writer waits for its turn, so that this is told as what it is."""

MOST_GUESSES = 10
"""At secrets, of one client in a minute."""

MOST_STREAMS = 100
"""Subscriptions that a process serves at once."""
MOST_STREAMS_PER_CLIENT = 3
LONGEST_STREAM = timedelta(minutes=10)
"""Then it ends in order, and whoever still listens asks again."""

CACHED_DOCUMENTS = 256
"""Parsed and validated documents that are kept."""
