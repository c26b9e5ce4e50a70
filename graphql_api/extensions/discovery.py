"""Which features are installed, and bringing in those that a clinic's file names."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from booking.catalogue.clinic_file.model import ClinicFile
from booking.catalogue.clinic_file.parser import enabled_features, parse_with_features
from booking.domain.error_text import describe_exception
from graphql_api.extensions.feature import EnabledFeature, Feature, FeatureError, check_members

ENTRY_POINT_GROUP = "book_online.features"
"""The entry points of packages that bring a feature: `aftercare = "book_online_aftercare:feature"`."""


@dataclass(frozen=True)
class InstalledFeature:
    """Known by its package's metadata alone: installing runs none of its code.

    `package` is for people: `book-online-aftercare 0.1.0`.
    """

    name: str
    package: str
    entry_point: EntryPoint

    def load(self) -> Feature:
        """Refuses with FeatureMistake."""
        try:
            feature = self.entry_point.load()
        except KeyboardInterrupt:
            raise
        except BaseException as reason:  # it is somebody else's code
            told = f"it can't be imported: {describe_exception(reason)}"
            raise FeatureError(self.name, self.package, "", told) from reason
        if not isinstance(feature, Feature):
            raise FeatureError(self.name, self.package, self.entry_point.value, "this is no Feature")
        if feature.name != self.name:
            told = f"its entry point is named {self.name!r}, and the feature {feature.name!r}"
            raise FeatureError(self.name, self.package, self.entry_point.value, told)
        check_members(feature, self.package)
        return feature


def installed_features() -> dict[str, InstalledFeature]:
    """By name. Refuses with FeatureMistake for a name that two packages have."""
    found: dict[str, InstalledFeature] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        one = InstalledFeature(
            point.name, f"{point.dist.name} {point.dist.version}" if point.dist else "?", point
        )
        other = found.setdefault(point.name, one)
        if other.package != one.package:
            raise FeatureError(one.name, one.package, "", f"{other.package} brings one of this name too")
    return found


@dataclass(frozen=True)
class LoadedClinicFile:
    """A clinic's file, and the features that it names, in its order."""

    file: ClinicFile
    enabled: list[EnabledFeature]


def load_clinic_file(text: str, *, without: Collection[str] = ()) -> LoadedClinicFile:
    """`without` those features, which stay named. Refuses with ClinicFileError and FeatureMistake."""
    named, there = enabled_features(text), installed_features()
    for name in without:
        if name not in named:
            near = difflib.get_close_matches(name, named, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise FeatureError(
                name, "BOOK_ONLINE_WITHOUT_FEATURES", "", f"the clinic's file does not name it{hint}"
            )
    wanted = {name: there[name].load() for name in named if name in there and name not in without}
    parts = dict.fromkeys(there) | {name: feature.settings for name, feature in wanted.items()}
    whole = parse_with_features(text, parts, absent=without)
    return LoadedClinicFile(
        whole.clinic,
        [
            EnabledFeature(feature, there[name].package, whole.features[name])
            for name, feature in wanted.items()
        ],
    )
