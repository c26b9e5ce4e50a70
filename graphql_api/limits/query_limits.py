"""QueryLimits: a validation rule that bounds the size of a document's operations."""

from collections.abc import Iterator

from graphql import ASTValidationRule, DocumentNode, OperationType
from graphql.validation.validate import ValidationAbortedError

from graphql_api.limits.document_facts import OperationFacts, document_facts
from graphql_api.limits.limits import (
    MAX_ALIASES,
    MAX_DEPTH,
    MAX_DIRECTIVES,
    MAX_MUTATIONS,
    MAX_OPERATIONS,
    MAX_ROOT_FIELDS,
)


class QueryLimits(ASTValidationRule):
    """Refuses operations that are too deep or too wide; then no other rule visits the document."""

    def enter_document(self, document: DocumentNode, *_where: object) -> None:
        assert document.loc
        operations = document_facts(document.loc.source.body).operations
        errors = []
        if len(operations) > MAX_OPERATIONS:
            message = f"Too many operations in one document; at most {MAX_OPERATIONS}."
            errors.append(_refusal(message, "operations", MAX_OPERATIONS, operations[MAX_OPERATIONS]))
        for operation in operations[:MAX_OPERATIONS]:
            errors += [_refusal(*exceeded, operation) for exceeded in exceeded_limits(operation)]
        if errors:
            for error in errors[:-1]:
                self.report_error(error)
            raise errors[-1]


def _refusal(message: str, limit: str, most: int, operation: OperationFacts) -> ValidationAbortedError:
    """An error that ends the validation where it is raised."""
    extensions = {"code": "LIMIT_EXCEEDED", "limit": limit, "most": most}
    return ValidationAbortedError(message, operation.node, extensions=extensions)


def exceeded_limits(operation: OperationFacts) -> Iterator[tuple[str, str, int]]:
    """(message, the limit's name, its value) of each limit that the operation exceeds."""
    node, extent = operation.node, operation.extent
    is_mutation = node.operation is OperationType.MUTATION
    measured = [
        ("depth", "levels of fields", extent.depth, MAX_DEPTH),
        ("aliases", "aliases", extent.aliases, MAX_ALIASES),
        ("directives", "directives", extent.directives + len(node.directives or ()), MAX_DIRECTIVES),
        ("mutations", "mutations", extent.fields if is_mutation else 0, MAX_MUTATIONS),
        ("rootFields", "root fields", extent.fields, MAX_ROOT_FIELDS),
    ]
    for limit, noun, actual, most in measured:
        if actual > most:
            yield f"Too many {noun} in one operation; at most {most}.", limit, most
