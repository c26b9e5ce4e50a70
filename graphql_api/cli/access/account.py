"""The actor of a command: the account of the operating system that runs it, and the host."""

import getpass
import os
import socket
from importlib.util import find_spec

from booking.domain.actor import Actor, ActorKind


def command_line_actor() -> Actor:
    return Actor(ActorKind.COMMAND_LINE, _account(), socket.gethostname())


def _account() -> str:
    """Not by an environment variable, which may say anything, where the system itself can be asked."""
    if not find_spec("pwd"):
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # As in a container: an account without a name.
        return f"uid {os.getuid()}"
