"""All limits of the API; `docs/reference/api.md` lists them for callers."""

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
"""An operation changes one thing, so that a failure leaves no doubt about what was done."""

MAX_COST = 1000
"""Of one operation: about the number of objects in its answer."""
MAX_PAGE_SIZE = 100
MAX_IDS = 50
"""Ids in one `nodes` query."""
MAX_ERRORS = 5
"""Errors in one response."""

DEADLINE = timedelta(seconds=30)
"""For an answer. A writer waits less for its turn, so that a busy database is reported as TRY_AGAIN."""

MAX_STREAMS = 100
"""Subscriptions that a process serves at once."""
MAX_STREAMS_PER_CLIENT = 3
MAX_STREAM_DURATION = timedelta(minutes=10)
"""Then the stream completes, and a client that still listens subscribes again."""

CACHED_DOCUMENTS = 256
"""Parsed and validated documents in the cache."""
