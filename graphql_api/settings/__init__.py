"""Settings: the environment variables of a server, read and checked once."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import AliasGenerator, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from booking.encryption.key_file import KeyFile
from booking.encryption.key_ring import KeyRing
from booking.notifications.smtp import MailServer, mail_server_from
from booking.sms.gateway import Price, TwilioGateway
from booking.staff.openid.registration import Registration, is_issuer
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.key_store.location import key_file_path, key_store_url
from graphql_api.settings.values import (
    Count,
    Flag,
    Folder,
    ListenAddress,
    LogFormat,
    Mode,
    Names,
    Networks,
    Secret,
    Site,
)

PREFIX = "BOOK_ONLINE_"


class InvalidSetting(ValueError):
    """Environment variables that can't be used: a line each, with what it may be."""


def variable_name(setting: str) -> str:
    return "DATABASE_URL" if setting == "database_url" else f"{PREFIX}{setting.upper()}"


@dataclass(
    frozen=True,
    config={"alias_generator": AliasGenerator(validation_alias=variable_name), "validate_by_name": True},
)
class Settings:
    """How a server runs; the clinic's file says everything about the clinic.

    `site` is read from BOOK_ONLINE_SITE, and so on; `database_url` from DATABASE_URL.
    """

    database_url: str = Field(default="sqlite:///book-online.sqlite3", repr=False)
    """`sqlite:///` and a path (four slashes for one that starts at the root), or
    `postgresql://user:password@host/name`."""
    data_keys_url: str | None = Field(default=None, repr=False)
    """The [key store](../how-to/protect-data.md), a database like `DATABASE_URL`; by default beside it:
    `book-online-keys.sqlite3`, or the database `…_keys` of the same PostgreSQL server."""
    key_file: Path | None = None
    """The file of the [key-encryption keys](../how-to/protect-data.md); by default beside the SQLite file:
    `book-online.key`, and with PostgreSQL in the current folder."""
    key_encryption_keys: str | None = Field(default=None, repr=False)
    """These keys themselves, in place of a file: `kek-…:…`, several with commas, the first of which wraps."""
    clinic_file: Path = Path("clinic.toml")
    """The file that describes the clinic. A server loads it into an empty database; from then on the clinic
    is kept on the desk's screens, or with `book-online export` and `load`."""
    clinic_file_rules: Flag = False
    """`1`: the clinic is kept in its file, in git, say. It is loaded at each start and at `SIGHUP`, and the
    desk's screens of the clinic are for reading."""
    mode: Mode = "development"
    """`production` hides the demo clinic page and the playground; `/` leads to the booking page."""
    playground: Path = Path("build/playground")
    """Where `make playground` put the playground's files; only used in development.

    An installed package has none: name the folder in a clone.
    """
    holds_per_client: Count = 24
    """How many times one client may hold at once; a client is an address or a /64
    of IPv6; all clients of a /56 may hold twice as many, and of a /48 four times."""
    points_per_client: Count = 20_000
    """How much one client may ask for at once; a fiftieth of it comes back each second
    ([limits](api.md#limits))."""
    bookings_per_client: Count = 30
    """How many bookings one client may make in an hour."""
    proof_of_work: Secret | None = Field(default=None, repr=False)
    """For a server under attack: a secret of 32 characters or more, the same for all replicas. Then a time
    is held only after [some work](api.md#proof-of-work), which the widget does by itself on pages with
    HTTPS; a phone needs a second or two."""
    site_keys_only: Flag = False
    """`1`: other web sites may embed the widget only with a [site key](api.md#keys)."""
    trusted_documents: Folder | None = None
    """A folder of `*.graphql` files that can be asked for by the hash of their text ([trusted
    documents](api.md#trusted-documents))."""
    trusted_documents_only: Flag = False
    """`1`: only these and the widget's own documents are answered."""
    trusted_proxies: Networks = "127.0.0.1,::1"
    """Proxies whose `X-Forwarded-For` is trusted: addresses and networks, with commas. Name your proxy if
    it runs on another machine or in another container; `*` trusts all, if nothing else reaches the server."""
    mail_url: str | None = Field(default=None, repr=False)
    """The mail server: `smtp://user:password@mail.example.com:587` (with STARTTLS) or `smtps://…:465`;
    without it no mail is sent."""
    mail_from: str | None = None
    """The sender of mails: `Sample Clinic <bookings@example.com>`."""
    sms_api: Site = "https://api.twilio.com"
    """The [SMS gateway](../how-to/sms.md): Twilio, or the address of a provider with the same API."""
    sms_account: str | None = None
    """The account there (account SID); without it no text message is sent. The two below go with it."""
    sms_token: str | None = Field(default=None, repr=False)
    """The account's auth token, which also signs what the gateway tells this server."""
    sms_from: str | None = None
    """The sender: `+14165550199`, a short code, a name, or the id of a messaging service (`MG…`)."""
    sms_price: str | None = None
    """What the gateway charges for a segment, for previews: `0.0079 USD`."""
    webhooks_to_private: Flag = False
    """`1`, for development only: [webhooks](../how-to/webhooks.md) may go to private addresses, and by
    http."""
    calendars_to_private: Flag = False
    """`1`: practitioners' [calendars elsewhere](../how-to/busy-calendars.md) may be on private addresses, and
    on servers without https: the clinic's own CalDAV server, say. Whoever may add a calendar can then ask
    any address in the server's network."""
    without_features: Names = ()
    """Names of [features](../how-to/extend.md), with commas, to leave out although `clinic.toml` names them:
    for one that is broken."""
    stop_seconds: Count = 25
    """When the server is told to stop, all is over within so many seconds: streams and answers end in order,
    what is left is cut."""
    drain_seconds: Count = 2
    """So long of it the server still serves while `/readyz` says 503, so that a proxy sends visitors
    elsewhere."""
    log: LogFormat = "text"
    """`json`: the [log](../how-to/monitor.md#the-log) has an object a line, for a machine."""
    metrics: ListenAddress | None = None
    """Where [`/metrics`, and `/readyz` with its parts](../how-to/monitor.md), are answered: `9464` is that
    port of this machine alone, `10.0.0.5:9464` is one that a network reaches; without it nowhere. Visitors
    must not reach it."""
    otlp: Site | None = None
    """The collector of OpenTelemetry that gets [spans](../how-to/monitor.md#traces): `http://127.0.0.1:4318`."""
    oidc_issuer: str | None = None
    """The [OpenID provider](../how-to/front-desk.md#an-openid-provider) where the staff may sign in, exactly
    as it calls itself: `https://login.example.com/realms/clinic`. The two below go with it."""
    oidc_client_id: str | None = None
    """This server's name at the provider."""
    oidc_client_secret: str | None = Field(default=None, repr=False)
    """This server's secret at the provider."""
    oidc_name: str | None = None
    """What the staff call the provider: *Sign in with …*."""
    site: Site = "http://127.0.0.1:8000"
    """Where visitors reach this server; links in mails and in [feeds](../how-to/bulk.md) begin with it."""

    @property
    def is_development(self) -> bool:
        """Shows the demo clinic page and the playground."""
        return self.mode == "development"

    @property
    def is_site_of_this_machine(self) -> bool:
        """Whether links that begin with `site` lead to the machine of their reader, as by default."""
        host = urlsplit(self.site).hostname or ""
        return host in ("127.0.0.1", "::1", "localhost")

    @property
    def key_encryption_file(self) -> KeyFile:
        return KeyFile(self.key_file or key_file_path(self.database_url))

    def read_key_ring(self) -> KeyRing:
        """The key-encryption keys as they are now.

        Raises:
            KeyProblem: there are none, or they are damaged or open to others.
        """
        if self.key_encryption_keys:
            return KeyRing.parse(self.key_encryption_keys, source=variable_name("key_encryption_keys"))
        return self.key_encryption_file.read()

    def make_development_key(self) -> None:
        """Make the key file of a new database, unless this is a production server, whose operator does."""
        file = self.key_encryption_file
        if self.is_development and not self.key_encryption_keys and not file.path.exists():
            file.make()

    @property
    def key_store_url(self) -> str:
        """The setting, or the place beside the clinic's database."""
        return self.data_keys_url or key_store_url(self.database_url)

    def data_keys(self) -> DataKeys:
        """The key store, not yet opened."""
        return DataKeys(self.key_store_url, self.read_key_ring)

    @cached_property
    def mail_server(self) -> MailServer | None:
        return mail_server_from(self.mail_url, self.mail_from) if self.mail_url and self.mail_from else None

    @cached_property
    def sms_gateway(self) -> TwilioGateway | None:
        """None unless text messages are sent."""
        if not (self.sms_account and self.sms_token and self.sms_from):
            return None
        return TwilioGateway(self.sms_api, self.sms_account, self.sms_token, self.sms_from)

    @cached_property
    def price_of_segment(self) -> Price | None:
        return Price.parse(self.sms_price) if self.sms_price else None

    @property
    def openid_registration(self) -> Registration | None:
        """None unless the staff may sign in at an OpenID provider."""
        if not (self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret):
            return None
        return Registration(
            self.oidc_issuer,
            self.oidc_client_id,
            self.oidc_client_secret,
            redirect_uri=f"{self.site}/desk/sign-in/openid/callback",
            name=self.oidc_name,
            allows_loopback=self.is_development,
        )

    @model_validator(mode="after")
    def _check_openid(self) -> Self:
        given = [self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret]
        if any(given) != all(given) or (self.oidc_name and not any(given)):
            raise ValueError(
                "BOOK_ONLINE_OIDC_ISSUER, BOOK_ONLINE_OIDC_CLIENT_ID and BOOK_ONLINE_OIDC_CLIENT_SECRET "
                "need each other"
            )
        if self.oidc_issuer and not is_issuer(self.oidc_issuer, loopback=self.is_development):
            raise ValueError(
                f"BOOK_ONLINE_OIDC_ISSUER is {self.oidc_issuer!r}; it must look like https://login.example.com"
            )
        return self

    @model_validator(mode="after")
    def _check_sms(self) -> Self:
        given = [self.sms_account, self.sms_token, self.sms_from]
        if any(given) != all(given):
            raise ValueError(
                "BOOK_ONLINE_SMS_ACCOUNT, BOOK_ONLINE_SMS_TOKEN and BOOK_ONLINE_SMS_FROM need each other"
            )
        try:
            _ = self.sms_gateway, self.price_of_segment
        except ValueError as reason:
            raise ValueError(f"BOOK_ONLINE_SMS_… can't be used. {reason}") from None
        return self

    @model_validator(mode="after")
    def _check_stop(self) -> Self:
        if self.drain_seconds >= self.stop_seconds:
            raise ValueError("BOOK_ONLINE_DRAIN_SECONDS must be less than BOOK_ONLINE_STOP_SECONDS")
        return self

    @model_validator(mode="after")
    def _check_mail(self) -> Self:
        if bool(self.mail_url) != bool(self.mail_from):
            raise ValueError("BOOK_ONLINE_MAIL_URL and BOOK_ONLINE_MAIL_FROM need each other")
        try:
            _ = self.mail_server
        except ValueError as reason:
            message = f"BOOK_ONLINE_MAIL_URL or BOOK_ONLINE_MAIL_FROM can't be used. {reason}"
            raise ValueError(message) from None
        return self


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in the process's environment unless another is given; an empty variable counts as absent.

    Raises:
        InvalidSetting: with every variable that can't be used.
    """
    environment = os.environ if environment is None else environment
    given = {name: text for name, text in environment.items() if text}
    mistakes = list(_unknown_names(given))
    try:
        settings = TypeAdapter(Settings).validate_python(given, by_alias=True, by_name=False)
    except ValidationError as invalid:
        mistakes += [
            " ".join([*map(str, error["loc"]), error["msg"].removeprefix("Value error, ")])
            for error in invalid.errors()
        ]
    if mistakes:
        raise InvalidSetting("\n  ".join(mistakes))
    return settings


def _unknown_names(given: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each variable that looks like a setting and is none."""
    known = {field.name.upper(): variable_name(field.name) for field in fields(Settings)}
    for name in sorted(given):
        if name.upper().startswith(PREFIX) and name not in known.values():
            similar = get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
            hint = (
                f"did you mean {known[similar[0]]}?" if similar else "docs/reference/settings.md lists them"
            )
            yield f"{name} is no setting; {hint}"
