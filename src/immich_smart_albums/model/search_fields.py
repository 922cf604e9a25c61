"""The table of Immich's search fields, a row each.

All that the tool knows of a field stands in its row: its type in payloads, the releases that have it, how a structured
search asks for it, what shows it in a record, how its effect on the server is verified, and what moves when it changes.
Other modules read columns.

Source: OpenAPI files 1.118 to 3.1 and field lists 3.2 to 3.3 (`MetadataSearchDto`, `SmartSearchDto`, `SearchFilter`),
and exchanges with real servers 2.5.6 and 3.1.0.
"""

from __future__ import annotations

from functools import partial

from immich_smart_albums.model.search_field import (
    AMONG,
    IDS,
    ONLY_METADATA,
    ONLY_SMART,
    ONLY_STRUCTURED,
    RANGE,
    SAME,
    TEXT,
    TRUTH,
    Control,
    Proof,
    Releases,
    SearchField,
    Signal,
    Stage,
    Type,
    Widens,
)
from immich_smart_albums.model.version import Version

ASSET_TYPES = ("IMAGE", "VIDEO", "AUDIO", "OTHER")

_Exif = partial(
    SearchField,
    proof=Proof.EQUAL,
    control=Control.NOTHING,
    signal=Signal.UPDATED_AT,
    stage=Stage.METADATA,
    single=True,
)
_Name = partial(_Exif, type=Type.TEXT, nullable=True, operators=AMONG)
"""A name that photos share, and that the server lists."""
_Moment = partial(
    SearchField,
    type=Type.DATE,
    proof=Proof.MOMENT,
    control=Control.NOTHING,
    signal=Signal.UPDATED_AT,
)
_Truth = partial(SearchField, type=Type.TRUTH, operators=TRUTH, control=Control.APART, apart=(True, False))
_Ranked = partial(
    SearchField,
    kinds=ONLY_SMART,
    record_path=None,
    proof=Proof.NOTHING,
    signal=Signal.UNKNOWN,
    stage=Stage.EMBEDDING,
    share=1.0,
)

ROWS: tuple[SearchField, ...] = (
    SearchField(
        name="albumIds",
        type=Type.IDS,
        releases=Releases(Version(1, 135)),
        operators=IDS,
        record_path=None,
        proof=Proof.NOTHING,
        control=Control.NOTHING,
        signal=Signal.ALBUMS,
        stage=None,
        share=0.01,
        widens=Widens.OTHERS,
        refers_to="album",
        words="album",
    ),
    SearchField(
        name="personIds",
        type=Type.IDS,
        operators=IDS,
        condition=("personIds", "all"),
        record_path="people",
        proof=Proof.SOMEBODY,
        control=Control.NOTHING,
        signal=Signal.PEOPLE,
        stage=Stage.FACES,
        share=0.05,
        refers_to="person",
        words="person",
    ),
    SearchField(
        name="tagIds",
        type=Type.IDS,
        nullable=True,
        releases=Releases(Version(1, 126)),
        value_releases=((None, Releases(Version(1, 136))),),
        operators=IDS,
        condition=("tagIds", "all"),
        absence=(None, "hasTags"),
        record_path="tags",
        proof=Proof.NOTHING,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=Stage.METADATA,
        share=0.02,
        refers_to="tag",
        words="tag",
    ),
    _Name(name="city", condition=("city", "eq"), record_path="exifInfo.city", share=0.02, suggestion="city"),
    _Name(name="state", condition=("state", "eq"), record_path="exifInfo.state", suggestion="state"),
    _Name(name="country", condition=("country", "eq"), record_path="exifInfo.country", share=0.2, suggestion="country"),
    _Name(name="make", condition=("make", "eq"), record_path="exifInfo.make", share=0.3, suggestion="camera-make"),
    _Name(name="model", condition=("model", "eq"), record_path="exifInfo.model", suggestion="camera-model"),
    _Name(
        name="lensModel",
        condition=("lensModel", "eq"),
        record_path="exifInfo.lensModel",
        share=0.05,
        suggestion="camera-lens-model",
        suggested=Releases(Version(2, 2)),
        words="lens",
    ),
    _Exif(
        name="rating",
        type=Type.RATING,
        nullable=True,
        releases=Releases(Version(1, 127)),
        value_releases=((None, Releases(Version(2, 6))),),
        operators=(*RANGE, "in", "notIn"),
        condition=("rating", "eq"),
        record_path="exifInfo.rating",
        control=Control.APART,
        apart=(1, 2),
        share=0.05,
    ),
    SearchField(
        name="description",
        type=Type.TEXT,
        kinds=ONLY_METADATA,
        releases=Releases(Version(1, 126)),
        operators=TEXT,
        condition=("description", "like"),
        record_path="exifInfo.description",
        proof=Proof.CONTAINED,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=Stage.METADATA,
        share=0.02,
        is_respelled=True,
    ),
    SearchField(
        name="originalFileName",
        type=Type.TEXT,
        kinds=ONLY_METADATA,
        operators=TEXT,
        condition=("originalFileName", "like"),
        record_path="originalFileName",
        proof=Proof.CONTAINED,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=None,
        always_known=True,
        counted=False,
        is_respelled=True,
        words="file name",
    ),
    SearchField(
        name="originalPath",
        type=Type.TEXT,
        kinds=ONLY_METADATA,
        releases=Releases(Version(1, 127)),  # before, it had to be the exact path
        operators=TEXT,
        condition=("originalPath", "like"),
        record_path="originalPath",
        proof=Proof.CONTAINED,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=None,
        always_known=True,
        counted=False,
        is_respelled=True,
        words="path",
    ),
    SearchField(
        name="encodedVideoPath",
        type=Type.TEXT,
        kinds=ONLY_METADATA,
        operators=AMONG,
        record_path=None,
        proof=Proof.NOTHING,
        control=Control.NOTHING,
        signal=Signal.UNKNOWN,
        stage=None,
        counted=False,
        is_respelled=True,
    ),
    SearchField(
        name="checksum",
        type=Type.TEXT,
        kinds=ONLY_METADATA,
        operators=AMONG,
        record_path="checksum",
        proof=Proof.CHECKSUM,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=None,
        counted=False,
    ),
    SearchField(
        name="id",
        type=Type.ID,
        kinds=ONLY_METADATA,
        operators=SAME,
        condition=("id", "eq"),
        record_path="id",
        proof=Proof.EQUAL,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=None,
        share=0.0,
        single=True,
        always_known=True,
        counted=False,
        refers_to="asset",
        words="photo",
    ),
    SearchField(
        name="deviceId",
        type=Type.TEXT,
        releases=Releases(until=Version(2, 7, 5)),
        record_path="deviceId",
        proof=Proof.EQUAL,
        control=Control.NOTHING,
        signal=Signal.UNKNOWN,
        stage=None,
        is_respelled=True,
    ),
    SearchField(
        name="deviceAssetId",
        type=Type.TEXT,
        kinds=ONLY_METADATA,
        releases=Releases(until=Version(2, 7, 5)),
        record_path="deviceAssetId",
        proof=Proof.EQUAL,
        control=Control.NOTHING,
        signal=Signal.UNKNOWN,
        stage=None,
        counted=False,
        is_respelled=True,
    ),
    SearchField(
        name="libraryId",
        type=Type.ID,
        nullable=True,
        value_releases=((None, Releases(until=Version(1, 124, 2))),),
        operators=SAME,
        condition=("libraryId", "eq"),
        record_path="libraryId",
        proof=Proof.EQUAL,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=None,
        single=True,
        refers_to="library",
    ),
    SearchField(
        name="ocr",
        type=Type.TEXT,
        releases=Releases(Version(2, 2)),
        operators=("matches",),
        condition=("ocr", "matches"),
        record_path=None,
        proof=Proof.NOTHING,
        control=Control.NOTHING,
        signal=Signal.TEXT,
        stage=Stage.TEXT,
        share=0.01,
        is_respelled=True,
        words="text in the picture",
    ),
    SearchField(
        name="type",
        type=Type.ASSET_TYPE,
        operators=AMONG,
        condition=("type", "eq"),
        record_path="type",
        proof=Proof.EQUAL,
        control=Control.APART,
        apart=("OTHER", "AUDIO"),
        signal=Signal.UPDATED_AT,
        stage=None,
        share=0.9,
        single=True,
        always_known=True,
    ),
    _Truth(
        name="isFavorite",
        condition=("isFavorite", "eq"),
        record_path="isFavorite",
        proof=Proof.OWN,
        signal=Signal.UPDATED_AT,
        stage=None,
        share=0.03,
        single=True,
        always_known=True,
    ),
    _Truth(
        name="isMotion",
        value_releases=((False, Releases(Version(1, 125))),),
        condition=("isMotion", "eq"),
        record_path="livePhotoVideoId",
        proof=Proof.PRESENT,
        signal=Signal.UPDATED_AT,
        stage=Stage.METADATA,
        share=0.05,
        single=True,
        always_known=True,
    ),
    _Truth(
        name="isEncoded",
        value_releases=((False, Releases(Version(1, 125))),),
        condition=("isEncoded", "eq"),
        record_path=None,
        proof=Proof.NOTHING,
        signal=Signal.UNKNOWN,
        stage=Stage.METADATA,
        single=True,
        always_known=True,
    ),
    _Truth(
        name="isOffline",
        releases=Releases(Version(1, 125)),  # before, it was ignored
        record_path="isOffline",
        proof=Proof.EQUAL,
        signal=Signal.UPDATED_AT,
        stage=None,
        widens=Widens.TRASH,
    ),
    SearchField(
        name="isNotInAlbum",
        type=Type.TRUTH,
        absence=(True, "hasAlbums"),
        record_path=None,
        proof=Proof.NOTHING,
        control=Control.ALBUM,
        signal=Signal.ALBUMS,
        stage=None,
        share=0.7,
        without_effect=(False,),
    ),
    _Moment(
        name="takenAfter",
        condition=("takenAt", "gte"),
        record_path="fileCreatedAt",
        stage=Stage.DATES,
        share=0.3,
        words="taken from",
    ),
    _Moment(
        name="takenBefore",
        condition=("takenAt", "lte"),
        record_path="fileCreatedAt",
        stage=Stage.DATES,
        share=0.5,
        words="taken until",
    ),
    _Moment(
        name="createdAfter", condition=("createdAt", "gte"), record_path="createdAt", stage=None, words="added from"
    ),
    _Moment(
        name="createdBefore", condition=("createdAt", "lte"), record_path="createdAt", stage=None, words="added until"
    ),
    _Moment(
        name="updatedAfter", condition=("updatedAt", "gte"), record_path="updatedAt", stage=None, words="changed from"
    ),
    _Moment(
        name="updatedBefore", condition=("updatedAt", "lte"), record_path="updatedAt", stage=None, words="changed until"
    ),
    _Moment(name="trashedAfter", record_path="isTrashed", proof=Proof.TRASHED, stage=None, widens=Widens.TRASH),
    _Moment(name="trashedBefore", record_path="isTrashed", proof=Proof.TRASHED, stage=None, widens=Widens.TRASH),
    SearchField(
        name="withDeleted",
        type=Type.TRUTH,
        record_path="isTrashed",
        proof=Proof.NOTHING,
        control=Control.REACH,
        signal=Signal.UPDATED_AT,
        stage=None,
        widens=Widens.WITH_TRASH,
        counted=False,
        without_effect=(False,),
    ),
    SearchField(
        name="withStacked",
        type=Type.TRUTH,
        kinds=ONLY_METADATA,
        value_releases=((False, Releases(Version(2, 6))),),
        record_path=None,
        proof=Proof.NOTHING,
        control=Control.STACK,
        signal=Signal.UNKNOWN,
        stage=None,
        counted=False,
        without_effect=(True,),
    ),
    SearchField(
        name="order",
        type=Type.ORDER,
        kinds=ONLY_METADATA,
        record_path=None,
        proof=Proof.NOTHING,
        control=Control.ANSWER,
        signal=Signal.UNKNOWN,
        stage=None,
    ),
    _Ranked(name="query", type=Type.TEXT, control=Control.ANSWER, words="smart"),
    _Ranked(
        name="queryAssetId",
        type=Type.ID,
        releases=Releases(Version(1, 141)),
        control=Control.ANSWER,
        refers_to="asset",
        words="like photo",
    ),
    _Ranked(name="language", type=Type.TEXT, releases=Releases(Version(1, 131)), control=Control.NONE),
    # Those that only a structured search has.
    _Truth(
        name="hasAlbums",
        kinds=ONLY_STRUCTURED,
        record_path=None,
        proof=Proof.NOTHING,
        signal=Signal.ALBUMS,
        stage=None,
        always_known=True,
    ),
    _Truth(
        name="hasPeople",
        kinds=ONLY_STRUCTURED,
        record_path="people",
        proof=Proof.SOMEBODY,
        signal=Signal.PEOPLE,
        stage=Stage.FACES,
    ),
    _Truth(
        name="hasTags",
        kinds=ONLY_STRUCTURED,
        record_path="tags",
        proof=Proof.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=Stage.METADATA,
        always_known=True,
    ),
    SearchField(
        name="fileSizeInBytes",
        type=Type.NUMBER,
        kinds=ONLY_STRUCTURED,
        operators=(*RANGE, "in", "notIn"),
        record_path="exifInfo.fileSizeInByte",
        proof=Proof.EQUAL,
        control=Control.NOTHING,
        signal=Signal.UPDATED_AT,
        stage=Stage.METADATA,
    ),
    _Moment(
        name="takenAt",
        kinds=ONLY_STRUCTURED,
        operators=RANGE,
        record_path="fileCreatedAt",
        stage=Stage.DATES,
        share=0.3,
        always_known=True,
    ),
    _Moment(
        name="createdAt",
        kinds=ONLY_STRUCTURED,
        operators=RANGE,
        record_path="createdAt",
        stage=None,
        always_known=True,
    ),
    _Moment(
        name="updatedAt",
        kinds=ONLY_STRUCTURED,
        operators=RANGE,
        record_path="updatedAt",
        stage=None,
        always_known=True,
    ),
    _Moment(
        name="trashedAt",
        kinds=ONLY_STRUCTURED,
        operators=RANGE,
        record_path="isTrashed",
        proof=Proof.TRASHED,
        stage=None,
    ),
)

BY_NAME: dict[str, SearchField] = {row.name: row for row in ROWS}

FIELDS: dict[str, SearchField] = {row.name: row for row in ROWS if row.kinds}
"""The fields of flat searches."""

OPERATORS: dict[str, tuple[str, ...]] = {row.name: row.operators for row in ROWS if row.operators}
"""The fields of structured searches, each with its operators. `visibility` is missing, since a query has its own."""

SUGGESTED = tuple(row.name for row in ROWS if row.suggestion)
"""Fields whose values the server lists."""

LOOKS_INTO_TRASH = frozenset(row.name for row in ROWS if row.widens in {Widens.TRASH, Widens.WITH_TRASH})
"""Fields with which Immich looks into the trash (isOffline since 1.128)."""

# Other words of payloads.

VISIBILITY_WORDS = ("visibility", "isArchived", "withArchived", "isVisible")
"""The words for the visibility of an asset. Each version has some; all of them are taken on every version."""

READING_OPTIONS = ("page", "size", "withExif", "withPeople")
"""Words for how to read a result, which have no effect: this tool reads every page."""

OUR_WORDS = ("resultLimit", "datetime", "mayBeMissing")
"""Words that are not Immich's: a limit, the older form of takenAfter and takenBefore, and that nothing need match."""

IGNORED_BY_IMMICH = ("previewPath", "thumbnailPath")
"""Words that every version accepts and ignores, so that the whole library would match."""

STRUCTURED_WORDS = ("filter", "orderBy", "cursor")
"""Words of the structured search of 3.2 and later, which payloads cannot have."""

ALL_WORDS = (*FIELDS, *VISIBILITY_WORDS, *READING_OPTIONS, *OUR_WORDS)
