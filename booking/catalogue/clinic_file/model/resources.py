"""The rooms and equipment that services need, of which a location has only some."""

from booking.catalogue.clinic_file.fields import Slug, Text
from booking.catalogue.clinic_file.model.section import Section


class ResourceSection(Section):
    slug: Slug
    """Its name for ever."""
    name: Text
    """As the staff know it: `{ en = "Treatment room 1", fr = "Salle de soins 1" }`."""
    location: Slug | None = None
    """Slug; may be left out if the clinic has one location."""
    kind: Slug
    """The kind, as `needs` of a service names it. Resources of one kind are interchangeable: a visit gets the
    first in the file's order that is free."""
