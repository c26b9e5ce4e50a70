"""Insurers that book for those they insure, with whom they have an agreement; each booking is a claim."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

import strawberry
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from book_online.extend import (
    CATALOGUE,
    OWN_BOOKINGS,
    Appointment,
    BookingError,
    Feature,
    FeatureSettings,
    Info,
    Practitioner,
    Problem,
    Proposal,
    Step,
    Table,
)


class Insurer(FeatureSettings):
    """`key` is the id of its API key; `practitioners` (slugs) are those it pays for."""

    name: str
    key: str
    practitioners: list[str]


class InsuranceSettings(FeatureSettings):
    insurers: dict[str, Insurer]


class InsuranceClaimRow(Table):
    """A visit that an insurer booked."""

    __tablename__ = "insurance_claims"

    appointment: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointments.id"), primary_key=True)
    insurer: Mapped[str] = mapped_column(String(64), index=True)
    made_at: Mapped[datetime]


@dataclass
class NotInsured(BookingError):
    """The insurer has no agreement with this practitioner; `practitioners` are those it pays for."""

    practitioners: list[str] = field(kw_only=True)


@strawberry.type(description="The insurer has no agreement with this practitioner.")
class InsuranceNotAgreed(Problem):
    @strawberry.field(description="With whom it has one.")
    async def practitioners(self, info: Info) -> list[Practitioner]:
        return await _practitioners(self.error.practitioners, info)


async def only_with_an_agreement(proposal: Proposal) -> None:
    """Asked when an insurer books or moves a visit; the claim is written in the same transaction."""
    settings: InsuranceSettings = proposal.settings
    by = next((slug for slug, one in settings.insurers.items() if one.key == proposal.booked_by), None)
    if by is None:
        return
    agreed = settings.insurers[by].practitioners
    if any(visit.practitioner not in agreed for visit in proposal.appointments):
        message = f"{settings.insurers[by].name} pays for other practitioners. Please choose one of them."
        raise NotInsured(message, path=("holdToken",), practitioners=agreed)
    if proposal.step is Step.BOOK:
        claims = [
            InsuranceClaimRow(appointment=visit.id, insurer=by, made_at=proposal.now)
            for visit in proposal.appointments
        ]
        proposal.session.add_all(claims)


@strawberry.type(description="What an insurer pays for.")
class InsuranceClaim:
    insurer: str = strawberry.field(description="Who pays.")
    made_at: datetime = strawberry.field(description="When it was made.")


async def claims_of(
    session: AsyncSession, ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, InsuranceClaimRow]:
    rows = await session.scalars(select(InsuranceClaimRow).where(InsuranceClaimRow.appointment.in_(ids)))
    return {row.appointment: row for row in rows}


@strawberry.type
class InsuranceOfAppointment:
    @strawberry.field(description="Who pays for it; null if no insurer booked it.", directives=[OWN_BOOKINGS])
    async def insurance_claim(
        self, appointment: strawberry.Parent[Appointment], info: Info
    ) -> InsuranceClaim | None:
        row = await info.context.load["insurance.claims"].load(appointment.row.id)
        if row is None:
            return None
        settings: InsuranceSettings = info.context.settings["insurance"]
        known = settings.insurers.get(row.insurer)
        made_at = info.context.in_clinic_time(row.made_at)
        return InsuranceClaim(insurer=known.name if known else row.insurer, made_at=made_at)


@strawberry.type
class InsuranceQueries:
    @strawberry.field(
        description="For whom an insurer pays; null for an unknown one.", directives=[CATALOGUE]
    )
    async def insurance_practitioners(
        self,
        info: Info,
        insurer: Annotated[str, strawberry.argument(description="As the clinic's file names it.")],
    ) -> list[Practitioner] | None:
        settings: InsuranceSettings = info.context.settings["insurance"]
        known = settings.insurers.get(insurer)
        return await _practitioners(known.practitioners, info) if known else None


async def _practitioners(slugs: list[str], info: Info) -> list[Practitioner]:
    rows = await info.context.load.practitioners.load_many(slugs)
    return [Practitioner.of(row, info.context) for row in rows]


feature = Feature(
    name="insurance",
    api=1,
    query=InsuranceQueries,
    fields={"Appointment": InsuranceOfAppointment},
    problems={NotInsured: InsuranceNotAgreed},
    loaders={"claims": claims_of},
    rules=[only_with_an_agreement],
    settings=InsuranceSettings,
    tables=[InsuranceClaimRow],
    migrations=Path(__file__).parent / "migrations",
)
