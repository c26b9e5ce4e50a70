"""All limits of the API; `docs/reference/api.md` lists them for callers."""

from datetime import timedelta

MAX_BODY_BYTES = 64 * 1024
"""Bytes of a POST."""
MAX_URL_QUERY_BYTES = 8 * 1024
"""Bytes of a GET's query string."""

MAX_TOKENS = 1000
"""Of a document: names, punctuators and values."""
MAX_OPERATIONS = 20
"""Of a document: validation visits the fragments of each."""
MAX_NUMBER_LENGTH = 64
"""Characters of a number in a document."""
MAX_EQUAL_FIELD_PAIRS = 2000
"""Of fields with the same response name in the same place; validation compares each pair."""
MAX_COMPARISONS = 50_000
"""Steps of that comparison in graphql-core, which by itself allows ten times as many."""
MAX_WRITTEN_OUT_FIELDS = 5000
"""Fields of a document, each fragment written out wherever it is spread."""
MAX_DEPTH = 10
"""Levels of fields within fields, from the root."""
MAX_ALIASES = 30
MAX_DIRECTIVES = 50
MAX_ROOT_FIELDS = 20
MAX_MUTATIONS = 1
"""An operation changes one thing, so that a failure leaves no doubt about what was done."""

MAX_COST = 1000
"""Of one operation: about the number of objects in its answer."""
CHARACTERS_PER_POINT = 10
"""Of a document that was not sent lately, and so must be parsed and validated."""
MAX_POINTS_OF_TEXT = 100
FREE_BODY_BYTES = 4 * 1024
BODY_BYTES_PER_POINT = 1024
"""Of a POST beside its document, beyond FREE_BODY_BYTES: large variables are read and checked."""
MAX_COST_OF_REQUEST = 1 + MAX_POINTS_OF_TEXT + MAX_BODY_BYTES // BODY_BYTES_PER_POINT + MAX_COST
MAX_PAGE_SIZE = 100
MAX_IDS = 50
"""Ids in one `nodes` query."""
MAX_REQUEST_ERRORS = 5
"""Errors of a document that can't be executed. Each field that fails in an execution has its error."""

DEADLINE = timedelta(seconds=30)
"""For an answer. A writer waits less for its turn, so that a busy database is reported as TRY_AGAIN."""

MAX_HOLDS_WITHOUT_PROOF = 10
"""Times that all plain forms together hold at once, in all processes, while holds need a proof of work."""

MAX_STREAMS = 100
"""Subscriptions that a process serves at once."""
MAX_STREAMS_PER_CLIENT = 3
MAX_STREAM_DURATION = timedelta(minutes=10)
"""Then the stream completes, and a client that still listens subscribes again."""

CACHED_DOCUMENTS = 256
"""Parsed and validated documents in the cache, beside the trusted ones."""
CACHED_DOCUMENTS_PER_CLIENT = 32
