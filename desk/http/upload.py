"""A file that a member sends with a form: read with limits, once it is known who sends it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from rendering.form import BadForm, Form

MEDIA_TYPE = "multipart/form-data"
MAX_NAME = 100


@dataclass(frozen=True)
class Upload:
    """The form, and its one file; a file without a name was not chosen."""

    form: Form
    name: str
    content: bytes


async def read_upload(request: Request, *, at_most: int) -> Upload:
    """The form with a file of `at_most` so many bytes, and one more where it has more.

    Raises:
        BadForm: it is no form with files, or far too long.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise BadForm(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    parser = MultiPartParser(request.headers, _limited(request, 2 * at_most), max_files=1, max_fields=10)
    try:
        data = await parser.parse()
    except (MultiPartException, KeyError, UnicodeError) as error:
        raise BadForm(HTTPStatus.BAD_REQUEST) from error
    try:
        pairs = [(name, value) for name, value in data.multi_items() if isinstance(value, str)]
        for _, value in data.multi_items():
            if not isinstance(value, str):
                name = (value.filename or "").replace("\\", "/").rpartition("/")[2]
                return Upload(Form(pairs), name[-MAX_NAME:], await value.read(at_most + 1))
        return Upload(Form(pairs), "", b"")
    finally:
        await data.close()


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body, counted while it arrives: a Content-Length need not be true."""
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > most:
            raise BadForm(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        yield chunk
