"""Plans all reminders anew, in small steps, once the clinic's rules have changed."""

import uuid
from datetime import datetime

from booking.reminders.plan import plan_reminders, reminder_rules
from booking.storage.models.appointments import ReminderPlan
from booking.storage.queries.reminders import reminder_plan, visits_to_plan
from booking.storage.session import BookingSession

VISITS_A_STEP = 200
"""Planned in one transaction: no booking waits for long."""
FIRST = uuid.UUID(int=0)


async def is_plan_current(session: BookingSession) -> bool:
    """Whether all reminders are planned by the rules of now."""
    rules, plan = await reminder_rules(session), await reminder_plan(session)
    if plan is None:
        return not rules.days_before  # There were never any.
    return plan.rules == rules.fingerprint and plan.position_at is None


async def plan_next_visits(session: BookingSession, *, limit: int = VISITS_A_STEP, now: datetime) -> bool:
    """Plan the reminders of so many visits at most; whether all are planned then.

    It goes on where it was, or begins anew where the rules have changed again.
    """
    fingerprint, plan = (await reminder_rules(session)).fingerprint, await reminder_plan(session)
    if plan is None:
        plan = ReminderPlan(id=1, rules="")
        session.add(plan)
    if plan.rules != fingerprint:
        plan.rules, plan.position_at, plan.position_id = fingerprint, now, FIRST
    if plan.position_at is None or plan.position_id is None:
        return True
    visits = await visits_to_plan(session, (plan.position_at, plan.position_id), limit=limit)
    if visits:
        await plan_reminders(session, visits, keeps_due=True, now=now)
    is_done = len(visits) < limit
    plan.position_at = None if is_done else visits[-1].starts_at
    plan.position_id = None if is_done else visits[-1].id
    await session.flush()
    return is_done
