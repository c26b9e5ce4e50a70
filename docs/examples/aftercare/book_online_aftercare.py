"""Advice for the hours after a visit, beside each service."""

import strawberry

from book_online.extend import CATALOGUE, Feature, FeatureSettings, Info, Service


class AftercareSettings(FeatureSettings):
    """By service, in each of the clinic's languages."""

    advice: dict[str, dict[str, str]]


@strawberry.type
class AftercareOfService:
    @strawberry.field(description="What to do, and what not, after the visit.", directives=[CATALOGUE])
    def aftercare_advice(self, service: strawberry.Parent[Service], info: Info) -> str | None:
        settings: AftercareSettings = info.context.settings["aftercare"]
        return info.context.translate_optional(settings.advice.get(service.slug))


feature = Feature(
    name="aftercare",
    api=1,
    fields={"Service": AftercareOfService},
    settings=AftercareSettings,
    is_cacheable=True,
)
