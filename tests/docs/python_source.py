"""Names, types and docstrings of a module, read from its source: the same on every version of Python."""

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGES = ("book_online", "booking", "graphql_api")


@dataclass(frozen=True)
class Member:
    """An attribute of a class, or a constant."""

    name: str
    kind: str
    value: str | None
    text: str


@cache
def parse_module(module: str) -> ast.Module:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return ast.parse(Path(spec.origin).read_text("utf-8"))


def imported_names(module: str) -> dict[str, tuple[str, str]]:
    """What a module imports from our packages, by its name there: (module, name)."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in parse_module(module).body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES
        for alias in node.names
    }


def find_definition(module: str, name: str) -> tuple[ast.stmt, str]:
    """The statement that defines a name, and the string below it, if one is there."""
    body = parse_module(module).body
    for number, node in enumerate(body):
        if defined_name(node) == name:
            return node, string_below(body, number)
    raise LookupError(f"{module} defines no {name}")


def defined_name(node: ast.stmt) -> str | None:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return None


def string_below(body: list[ast.stmt], number: int) -> str:
    """An attribute's docstring: the string expression that follows it."""
    match body[number + 1 : number + 2]:
        case [ast.Expr(value=ast.Constant(value=str(text)))]:
            return unwrapped(text)
    return ""


def unwrapped(text: str) -> str:
    """A docstring whose paragraphs are one line each; its indented sections stay as they are."""
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def class_members(module: str, name: str) -> list[Member]:
    """Annotated attributes and enum members, those of base classes of ours first."""
    return list({member.name: member for member in _members(module, name)}.values())


def _members(module: str, name: str) -> Iterator[Member]:
    node, _ = find_definition(module, name)
    assert isinstance(node, ast.ClassDef)
    for base in filter(None, map(_base_name, node.bases)):
        if base in (imported := imported_names(module)):
            yield from _members(*imported[base])
        elif any(defined_name(other) == base for other in parse_module(module).body):
            yield from _members(module, base)
    for number, item in enumerate(node.body):
        match item:
            case ast.AnnAssign(target=ast.Name(id=attribute), annotation=annotation, value=value):
                text = string_below(node.body, number) or _described(value)
                yield Member(attribute, ast.unparse(annotation), _default(value), text)
            case ast.Assign(targets=[ast.Name(id=attribute)], value=value):
                yield Member(attribute, "", ast.unparse(value), string_below(node.body, number))


def _base_name(base: ast.expr) -> str | None:
    return base.id if isinstance(base, ast.Name) else None


def _described(value: ast.expr | None) -> str:
    """The description that a strawberry or pydantic field is given."""
    keywords = value.keywords if isinstance(value, ast.Call) else []
    for keyword in keywords:
        if keyword.arg == "description" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def _default(value: ast.expr | None) -> str | None:
    """As the source writes it. A field's call stands for the default that it names."""
    if not isinstance(value, ast.Call) or not ast.unparse(value.func).lower().endswith("field"):
        return None if value is None else ast.unparse(value)
    defaults = {keyword.arg: ast.unparse(keyword.value) for keyword in value.keywords}
    factory = defaults.get("default_factory")
    return defaults.get("default") or (f"{factory}()" if factory else None)
