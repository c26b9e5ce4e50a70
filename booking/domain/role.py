"""The role of a member of the staff: what they may see and do at the front desk."""

from enum import StrEnum


class Role(StrEnum):
    """An owner may do all and manages the accounts; reception runs the day; a practitioner sees their own."""

    OWNER = "owner"
    RECEPTION = "reception"
    PRACTITIONER = "practitioner"
