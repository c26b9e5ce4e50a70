"""Mails as a listener: what has happened is told to the patient."""

from booking.events import Event
from booking.hooks import Listener
from booking.notices.compose import compose
from booking.notices.post import Post
from booking.storage.database import Database


def mail(database: Database, post: Post, *, site: str) -> Listener:
    """`site` is where our pages are, like `https://booking.example.com`."""

    async def tell(event: Event, manage_token: str | None) -> None:
        async with database.read() as session:
            message = await compose(session, event, site=site, manage_token=manage_token)
        if message is not None:
            await post.send(message)

    return tell
