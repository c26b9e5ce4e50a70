"""Modules joined into one: a browser asks once instead of once for each, and what is alike compresses better.

Only what our own modules use is understood: named imports, `* as`, and exports of `const` and `class`.
Anything else is refused at once, when the server starts.
"""

import re
from collections.abc import Mapping

IMPORT = re.compile(
    r"^import\s+(?:\{(?P<names>[^}]*)\}|\*\s+as\s+(?P<all>\w+))\s+from\s+'\./(?P<name>[\w-]+)\.js';$", re.M
)
EXPORT = re.compile(r"^export\s+(?=(?:const|class)\s+(?P<name>\w+))", re.M)
LEFT = re.compile(r"^\s*(?:import|export)\b.*$", re.M)


class BundleError(ValueError):
    """A module says something that this doesn't understand, or two need each other."""


def bundle(modules: Mapping[str, str], first: str) -> str:
    """The text of one module with the exports of the `first`; `modules` are texts by their names."""
    done: dict[str, str] = {}
    exports = _add(first, modules, done, ())
    return "\n".join([*done.values(), f"export const {{ {', '.join(exports)} }} = {_scope(first)};"])


def _add(name: str, modules: Mapping[str, str], done: dict[str, str], needing: tuple[str, ...]) -> list[str]:
    """Puts a module into a scope of its own, after those that it needs."""
    if name in needing:
        raise BundleError(f"{' -> '.join((*needing, name))}: modules need each other")
    text = modules[name]
    exports = [found["name"] for found in EXPORT.finditer(text)]
    if name not in done:
        for needed in IMPORT.finditer(text):
            _add(needed["name"], modules, done, (*needing, name))
        text = EXPORT.sub("", IMPORT.sub(_from_scope, text))
        if left := LEFT.search(text):
            raise BundleError(f"{name}.js: {left[0].strip()!r} can't be joined")
        done[name] = f"const {_scope(name)} = (() => {{\n{text}\nreturn {{ {', '.join(exports)} }};\n}})();"
    return exports


def _from_scope(found: re.Match[str]) -> str:
    names = found["all"] or f"{{{found['names'].replace(' as ', ': ')}}}"
    return f"const {names} = {_scope(found['name'])};"


def _scope(name: str) -> str:
    return f"${name.replace('-', '_')}"
