"""Features that are installed, by their packages' entry points, and those that a clinic's file enables."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.parser import enabled_features, parse_with_features
from booking.domain.error_text import describe_exception, did_you_mean
from graphql_api.extensions.checks import check_members
from graphql_api.extensions.feature import EnabledFeature, Feature, FeatureError

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
        """Import the feature.

        Raises:
            FeatureError: it can't be imported, is no Feature, or has a member that can't be.
        """
        try:
            feature = self.entry_point.load()
        except KeyboardInterrupt:
            raise
        except BaseException as reason:  # sys.exit at import must not end the command without a word
            raise self.error("", f"it can't be imported: {describe_exception(reason)}") from reason
        if not isinstance(feature, Feature):
            raise self.error(self.entry_point.value, "this is no Feature")
        if feature.name != self.name:
            mistake = f"its entry point is named {self.name!r}, and the feature {feature.name!r}"
            raise self.error(self.entry_point.value, mistake)
        check_members(feature, self.package)
        return feature

    def error(self, where: str, mistake: str) -> FeatureError:
        return FeatureError(self.name, self.package, where, mistake)


def installed_features() -> dict[str, InstalledFeature]:
    """The installed features by name.

    Raises:
        FeatureError: two packages bring a feature of one name.
    """
    installed: dict[str, InstalledFeature] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        package = f"{point.dist.name} {point.dist.version}" if point.dist else "?"
        feature = InstalledFeature(point.name, package, point)
        other = installed.setdefault(point.name, feature)
        if other.package != package:
            raise feature.error("", f"{other.package} brings one of this name too")
    return installed


@dataclass(frozen=True)
class LoadedClinicFile:
    """A clinic's file, and the features that it names, in its order."""

    file: ClinicFile
    enabled: list[EnabledFeature]


def load_clinic_file(
    text: str, *, without: Collection[str] = (), folder: Path | None = None
) -> LoadedClinicFile:
    """Parse a clinic's file with the features that it names, but `without` those, which stay named.

    `folder` is where it stands, with the files that it names.

    Raises:
        ClinicFileError: every mistake in the file.
        FeatureError: a feature can't be loaded, or one to leave out is not named.
    """
    named, installed = enabled_features(text), installed_features()
    for name in without:
        if name not in named:
            mistake = f"the clinic's file does not name it{did_you_mean(name, named)}"
            raise FeatureError(name, "BOOK_ONLINE_WITHOUT_FEATURES", "", mistake)
    features = {name: installed[name].load() for name in named if name in installed and name not in without}
    sections = dict.fromkeys(installed) | {name: feature.settings for name, feature in features.items()}
    parsed = parse_with_features(text, sections, absent=without, folder=folder)
    enabled = [
        EnabledFeature(feature, installed[name].package, parsed.features[name])
        for name, feature in features.items()
    ]
    return LoadedClinicFile(parsed.clinic, enabled)
