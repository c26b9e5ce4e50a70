"""docs/reference/extend.md: every name of book_online.extend, as its source defines it."""

import ast
import re

from tests.docs.python_source import Member, class_members, find_definition, imported_names, unwrapped

EXTEND = {
    "The feature": ("Feature", "API", "FeatureSettings", "Table"),
    "Fields": ("Info", "Context", "Cost", "CATALOGUE", "AVAILABILITY", "BOOK", "OWN_BOOKINGS", "PATIENTS"),
    "Mutations and problems": (
        "run_mutation",
        "IdempotentRequest",
        "idempotent_request",
        "lookup_outcome",
        "save_outcome",
        "Problem",
        "PhoneProblem",
        "BookingError",
        "Declined",
        "SlotTaken",
    ),
    "Lists and ids": (
        "First",
        "After",
        "DEFAULT_PAGE_SIZE",
        "Connection",
        "paginate",
        "Node",
        "global_id",
        "key_from_id",
    ),
    "Rules and busy sources": ("Proposal", "ProposedAppointment", "Step", "BusyQuery", "BusyTime"),
    "Listeners": ("ListenerContext", "Event", "EventKind", "PermanentFailure", "TemporaryFailure"),
    "Types of the API": (
        "Clinic",
        "Location",
        "Practitioner",
        "Service",
        "ScreeningQuestion",
        "OpenSlot",
        "Hold",
        "Appointment",
        "Course",
    ),
}
"""Every name of `book_online.extend`, by what it is for."""

LAZY_TYPE = re.compile(r"Annotated\['(\w+)', strawberry\.lazy\([^)]*\)\]")


def render_extend() -> str:
    """Every name of book_online.extend: its signature, and the docstring where it is defined."""
    origins = imported_names("book_online.extend")
    groups = [
        "\n\n".join([f"## {title}", *(_symbol(name, *origins[name]) for name in names)])
        for title, names in EXTEND.items()
    ]
    return "\n\n".join(groups)


def _symbol(name: str, module: str, original: str) -> str:
    node, text = find_definition(module, original)
    members: list[Member] = []
    if isinstance(node, ast.ClassDef):
        members = _public_members(node, module, original)
        text = unwrapped(ast.get_docstring(node) or "") or _decorator_description(node)
        code = _class_code(name, node, members)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        text = unwrapped(ast.get_docstring(node) or "")
        code = _function_code(node)
    else:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        assert value is not None
        code = f"{name} = {ast.unparse(value)}"
    described = "\n".join([*_described(members), *_described_methods(node)])
    return "\n\n".join(filter(None, [f"### `{name}`", f"```python\n{code}\n```", text, described]))


def _described(members: list[Member]) -> list[str]:
    return [f"- `{member.name}`: {member.text}" for member in members if member.text]


def _described_methods(node: ast.stmt) -> list[str]:
    methods = _public_methods(node) if isinstance(node, ast.ClassDef) else []
    texts = {method.name: unwrapped(ast.get_docstring(method) or "") for method in methods}
    return [f"- `{name}()`: {text}" for name, text in texts.items() if text]


def _public_methods(node: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    methods = [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [method for method in methods if not method.name.startswith("_") and not _is_classmethod(method)]


def _public_members(node: ast.ClassDef, module: str, name: str) -> list[Member]:
    """Without those that a feature never names: private ones, and what configures a base class."""
    is_enum = any("Enum" in ast.unparse(base) for base in node.bases)
    return [
        member
        for member in class_members(module, name)
        if (member.kind or is_enum) and "Private" not in member.kind and "ClassVar" not in member.kind
    ]


def _is_classmethod(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(decorator) == "classmethod" for decorator in node.decorator_list)


def _decorator_description(node: ast.ClassDef) -> str:
    calls = [decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
    described = {keyword.arg: keyword.value for call in calls for keyword in call.keywords}
    match described.get("description"):
        case ast.Constant(value=str(text)):
            return text
    return ""


def _class_code(name: str, node: ast.ClassDef, members: list[Member]) -> str:
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    lines = [f"class {name}({bases}):" if bases else f"class {name}:"]
    for member in members:
        kind = f": {member.kind}" if member.kind else ""
        lines.append(f"    {member.name}{kind}{f' = {member.value}' if member.value is not None else ''}")
    lines += [f"    {_function_code(method)}" for method in _public_methods(node)]
    return "\n".join(lines if len(lines) > 1 else [f"{lines[0]} ..."])


def _function_code(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return LAZY_TYPE.sub(r"\1", f"{word} {node.name}({ast.unparse(node.args)}){returns}: ...")
