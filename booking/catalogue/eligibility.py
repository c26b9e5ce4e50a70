"""For whom a service is (FHIR HealthcareService.eligibility), in words."""

from booking.domain.policy import PatientKind
from booking.i18n.texts import Texts
from booking.storage.models.catalogue.services import Service

KINDS = {PatientKind.NEW: "service.newPatients", PatientKind.RETURNING: "service.returningPatients"}


def eligibility_text(service: Service, texts: Texts) -> str:
    """`New patients, 16 years and older`; "" if it is for everybody.

    It is shown and not checked: a server that refused somebody as a new patient would tell a stranger who is
    known to the clinic.
    """
    words = [texts(KINDS[service.patients])] if service.patients else []
    youngest, oldest = service.youngest, service.oldest
    if youngest is not None and oldest is not None:
        words.append(texts("service.ages", youngest=youngest, oldest=oldest))
    elif youngest is not None:
        words.append(texts("service.youngest", youngest=youngest))
    elif oldest is not None:
        words.append(texts("service.oldest", oldest=oldest))
    return ", ".join(words)
