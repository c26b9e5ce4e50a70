"""What staff do among all others: book at odd times, squeeze in, move, cancel and undo."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from booking.appointments.by_staff.change import ByStaff
from booking.appointments.by_staff.undo import UNDO_WINDOW, undo_last
from booking.appointments.cancel import cancel
from booking.appointments.hold import HoldRequest, hold_slot
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.actor import Actor, ActorKind
from booking.storage.models.appointments import AppointmentStatus
from tests.booking.appointments.state_machine.booking_model import PRACTITIONERS, STAFF_TIMES, ModelHold
from tests.booking.appointments.state_machine.clinic_machine import ClinicMachine

RECEPTION = Actor(ActorKind.STAFF, "reception", "192.0.2.1")
SECOND = timedelta(seconds=1)


@dataclass
class Act:
    """What staff did to a visit, and what it was before; it is undone while the visit has the version."""

    claim: ModelHold
    at: datetime
    version: int
    former: tuple[int, str, datetime, bool]  # version, practitioner, start, squeeze-in
    is_cancelled: bool = False


class StaffRules(ClinicMachine):
    """Each act has an instant of its own, so that there is a last one."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[Act] = []

    @rule(
        start=st.sampled_from(STAFF_TIMES),
        practitioner=st.sampled_from(PRACTITIONERS),
        squeeze_in=st.booleans(),
        booked=st.booleans(),
    )
    def staff_hold(self, start: datetime, practitioner: str, squeeze_in: bool, booked: bool) -> None:
        request = HoldRequest("visit", start, practitioner, by_staff=True, squeeze_in=squeeze_in)
        answer = self.do(lambda s: hold_slot(s, request, now=self.model.now))
        may = self.model.can_staff_take(practitioner, start, squeeze_in=squeeze_in)
        assert (answer is not None) == may
        if answer:
            assert answer[0].squeeze_in is not self.model.is_free(practitioner, start)
            self.claim([answer])
            if booked:
                self.book_it(self.model.claims[-1])

    @rule(
        data=st.data(),
        start=st.sampled_from(STAFF_TIMES),
        practitioner=st.sampled_from(PRACTITIONERS),
        squeeze_in=st.booleans(),
    )
    def staff_move(self, data: st.DataObject, start: datetime, practitioner: str, squeeze_in: bool) -> None:
        claim = self.pick(data, is_booked=True)
        if not claim:
            return
        self.model.now += SECOND
        staff = ByStaff(RECEPTION, claim.version, squeeze_in=squeeze_in)
        request = RescheduleRequest(None, start, claim.appointment, practitioner, staff=staff)
        moved = self.do(lambda s: reschedule(s, request, now=self.model.now))
        may = claim.status is AppointmentStatus.BOOKED
        may = may and (len(claim.course) == 1 or practitioner == claim.practitioner)
        may = may and self.model.can_staff_take(practitioner, start, claim, squeeze_in=squeeze_in)
        assert (moved is not None) == may
        if moved:
            former = self.former(claim)
            is_squeeze_in = not self.model.is_free(practitioner, start, claim)
            claim.practitioner, claim.start, claim.is_squeeze_in = practitioner, start, is_squeeze_in
            assert (moved.starts_at, moved.squeeze_in) == (start, is_squeeze_in)
            if former[1:] != self.former(claim)[1:]:
                assert moved.version > claim.version
                claim.version = moved.version
                self.acts.append(Act(claim, self.model.now, moved.version, former))

    @rule(data=st.data())
    def staff_cancel(self, data: st.DataObject) -> None:
        claim = self.pick(data, is_booked=True)
        if claim:
            self.model.now += SECOND
            staff = ByStaff(RECEPTION, claim.version, notify=False)
            row = self.do(lambda s: cancel(s, None, claim.appointment, staff=staff, now=self.model.now))
            assert row is not None
            self.acts.append(Act(claim, self.model.now, row.version, self.former(claim), is_cancelled=True))
            claim.version = row.version
            self.model.claims.remove(claim)

    @rule()
    def staff_undo(self) -> None:
        act = self.acts[-1] if self.acts else None
        answer = self.do(lambda s: undo_last(s, RECEPTION, now=self.model.now))
        if act is None or act.at < self.model.now - UNDO_WINDOW:
            assert answer is None
            return
        claim, (former_version, practitioner, start, was_squeeze_in) = act.claim, act.former
        may = act.version == claim.version and (act.is_cancelled or claim in self.model.claims)
        if act.is_cancelled and was_squeeze_in:
            can_have = self.model.works(practitioner, start)
            can_have = can_have and self.model.is_free(practitioner, start, beside=True)
        else:
            can_have = self.model.can_staff_take(practitioner, start, claim, squeeze_in=was_squeeze_in)
        assert (answer is not None) == (may and can_have)
        if answer:
            self.acts.remove(act)
            is_squeeze_in = was_squeeze_in and (
                act.is_cancelled or not self.model.is_free(practitioner, start, claim)
            )
            claim.practitioner, claim.start, claim.is_squeeze_in = practitioner, start, is_squeeze_in
            claim.version = answer[0].version
            for former in self.acts:
                if former.claim is claim and former.version == former_version:
                    former.version = claim.version
            if act.is_cancelled:
                self.model.claims.append(claim)

    def former(self, claim: ModelHold) -> tuple[int, str, datetime, bool]:
        return claim.version, claim.practitioner, claim.start, claim.is_squeeze_in
