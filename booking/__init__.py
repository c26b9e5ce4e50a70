"""The rules of booking. Whichever program imports them reads time zones from one source."""

from booking.timegrid.zone_data import use_packaged_zones

use_packaged_zones()
