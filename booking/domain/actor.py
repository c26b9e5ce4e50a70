"""The actor of an audit event (FHIR AuditEvent.agent): by whom, and from where."""

from dataclasses import dataclass
from enum import StrEnum

MAX_ACTOR_TEXT = 200


class ActorKind(StrEnum):
    """What an actor is. The patient is none: their own acts leave no row in the audit trail."""

    API_KEY = "api-key"
    COMMAND_LINE = "command-line"
    STAFF = "staff"
    FEATURE = "feature"
    SERVER = "server"


@dataclass(frozen=True)
class Actor:
    """A partner's key, a member of the staff, an account at the command line, a feature, or the server.

    `id` names it among its kind: the key's id, the account, `crm.contacts`. `source` is the address of the
    client, or the host on which a command or a feature runs.
    """

    kind: ActorKind
    id: str
    source: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", _one_line(self.id))
        object.__setattr__(self, "source", _one_line(self.source))

    def __str__(self) -> str:
        return f"{self.kind} {self.id} from {self.source}"


def _one_line(text: str) -> str:
    """A proxy may pass any text as an address; no database stores NUL or half a surrogate pair."""
    return "".join(char if char.isprintable() else "?" for char in text)[:MAX_ACTOR_TEXT]
