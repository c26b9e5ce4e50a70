"""All limits of the API in one place; `docs/reference/api.md` tells them to whoever calls it."""

from datetime import timedelta

MAX_BODY_BYTES = 64 * 1024
"""Bytes of a POST."""
MAX_URL_QUERY_BYTES = 8 * 1024
"""Bytes of a GET's query string."""

MAX_TOKENS = 1000
"""Of a document: names, punctuators and values."""
MAX_DEPTH = 10
"""Levels of fields within fields, from the root."""
MAX_ALIASES = 30
MAX_DIRECTIVES = 50
MAX_ROOT_FIELDS = 20
MAX_MUTATIONS = 1
"""An operation changes one thing, so that nobody wonders what was done when a later one fails."""

MAX_COST = 1000
"""Of one operation: about the number of objects that it may be answered with."""
MAX_PAGE_SIZE = 100
MAX_IDS = 50
"""That `nodes` takes at once."""
MAX_ERRORS = 5
"""That are told of one request."""

DEADLINE = timedelta(seconds=30)
"""For an answer. Longer than a writer waits for its turn, so that this is told as what it is."""

MAX_GUESSES = 10
"""At secrets, of one client in a minute."""

MAX_STREAMS = 100
"""Subscriptions that a process serves at once."""
MAX_STREAMS_PER_CLIENT = 3
MAX_STREAM_DURATION = timedelta(minutes=10)
"""Then it ends in order, and whoever still listens asks again."""

CACHED_DOCUMENTS = 256
"""Parsed and validated documents that are kept."""
