"""Validated documents: each text is parsed and validated once, in a thread, by one schema."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Sequence

from graphql import ASTValidationRule, GraphQLError, GraphQLSchema, specified_rules, validate

from graphql_api.limits.document_facts import document_facts
from graphql_api.limits.limits import CACHED_DOCUMENTS
from graphql_api.limits.query_limits import QueryLimits

RULES: Collection[type[ASTValidationRule]] = (*specified_rules, QueryLimits)


class ValidatedDocuments:
    """The errors of the documents that were sent last; a valid document has none."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._errors: OrderedDict[str, Sequence[GraphQLError]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    def __contains__(self, text: str) -> bool:
        return text in self._errors

    async def prepare(self, text: str) -> None:
        """Validate a document beside the event loop, so that others don't wait for a large one."""
        async with self._one_at_a_time:
            if text not in self._errors:
                await asyncio.to_thread(self.errors, text)

    def errors(self, text: str) -> Sequence[GraphQLError]:
        """What is wrong with the document.

        Raises:
            GraphQLError: it can't be parsed, or exceeds a limit of documents.
        """
        errors = self._errors.get(text)
        if errors is None:
            errors = validate(self._schema, document_facts(text).document, RULES)
            self._errors[text] = errors
            while len(self._errors) > CACHED_DOCUMENTS:
                self._errors.popitem(last=False)
        else:
            self._errors.move_to_end(text)
        return errors
