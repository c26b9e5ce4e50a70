"""What a package of your own may import: `book_online.extend` and, in tests, `book_online.testing`.

Raises:
    ImportError: a folder of yours hides a package that Book Online has beside this one.
"""

from importlib.util import find_spec
from pathlib import Path

_FOLDER = Path(__file__).parent.parent

for _name in ("booking", "feeds", "graphql_api", "web"):
    _spec = find_spec(_name)
    if _spec and _spec.origin and Path(_spec.origin).parent.parent != _FOLDER:
        _remedy = "rename yours, or keep it out of sys.path"
        raise ImportError(f"{_spec.origin} hides the package {_name!r} of Book Online: {_remedy}")
