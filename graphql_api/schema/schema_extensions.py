"""Strawberry schema extensions: the cache of validated documents, and the cost limit of operations."""

from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from graphql_api.limits.document_facts import document_facts
from graphql_api.limits.limits import MAX_COST
from graphql_api.limits.query_cost import query_cost
from graphql_api.limits.rate_limiting import ClientBudget
from graphql_api.schema.errors import rate_limited_error
from graphql_api.schema.validation import ValidatedDocuments


class DocumentCache(SchemaExtension):
    """Parses and validates each text once."""

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        assert execution.query
        execution.graphql_document = document_facts(execution.query).document
        yield

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        assert execution.query
        documents: ValidatedDocuments = execution.schema.documents  # type: ignore[attr-defined]
        execution.pre_execution_errors = list(documents.errors(execution.query))
        yield


class QueryCostLimit(SchemaExtension):
    """Charges an operation's cost before it runs, and refuses one that is too dear."""

    def on_execute(self) -> Iterator[None]:
        execution = self.execution_context
        assert execution.query
        operation = document_facts(execution.query).operation(execution.operation_name)
        cost = query_cost(execution.schema._schema, operation, execution.variables or {})
        if cost > MAX_COST:
            raise GraphQLError(
                f"The operation costs {cost}; at most {MAX_COST}. Ask for smaller pages, or in parts.",
                extensions={"code": "LIMIT_EXCEEDED", "limit": "cost", "most": MAX_COST, "cost": cost},
            )
        budget: ClientBudget = execution.context.internals.budgets.points
        if not budget.charge(cost):
            raise rate_limited_error(budget)
        yield
