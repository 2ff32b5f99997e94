"""History of each article, folded from the observations of one outlet, in portions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.format.reasons import Reason
from archive.read.archive import Archive

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_PORTION = 1 << 17
# skipped addresses were not requested; one forbidden by robots.txt counts, as a retry soon is useless
_VISITED = pa.array(["archived", "unchanged", "dropped", "failed"])
_READ = pa.array(["archived", "unchanged"])


@dataclass(frozen=True, slots=True)
class VisitHistory:
    """Columns with one number for each article; times are microseconds since 1970, 0 for never."""

    last: Numbers
    read: Numbers
    """Time of the last answer with the page, not a 304."""
    last_was_read: Mask
    """True if the last request brought the page or a 304."""
    not_modified: Numbers
    """Answers 304 since then."""
    missing: Numbers
    """404 and 410 in a row, as of the last visit."""


def read_visits(archive: Archive, outlet: str, articles: pa.Array) -> VisitHistory:
    """`articles`: ids. Two passes, because the rows are in no order."""
    count = len(articles)
    last, read, not_modified, missing = (np.zeros(count, np.int64) for _ in range(4))
    last_was_read = np.zeros(count, bool)
    if not count:
        return VisitHistory(last, read, last_was_read, not_modified, missing)
    for rows in _portions(archive, outlet):
        index, at, has_text = _index(rows, articles), integers(rows["observed_at"]), _is_among(rows, _READ)
        is_visit = (index >= 0) & _is_visit(rows)
        np.maximum.at(last, index[is_visit], at[is_visit])
        page = is_visit & has_text & (_numbers(rows, "http_status") != 304)
        np.maximum.at(read, index[page], at[page])
    for rows in _portions(archive, outlet):
        index, at, has_text = _index(rows, articles), integers(rows["observed_at"]), _is_among(rows, _READ)
        is_visit = (index >= 0) & _is_visit(rows)
        same = is_visit & has_text & (_numbers(rows, "http_status") == 304) & (at > read[index])
        np.add.at(not_modified, index[same], 1)
        latest = is_visit & (at == last[index])
        last_was_read[index[latest]] = has_text[latest]
        missing[index[latest]] = _numbers(rows, "missing")[latest]
    return VisitHistory(last, read, last_was_read, not_modified, missing)


def last_requested(archive: Archive, outlet: str, addresses: Sequence[str]) -> dict[str, int]:
    """Return the time of the last request for each of these addresses; those never requested are left out."""
    is_address = ds.field("requested_url").isin(pa.array(addresses, pa.string()))
    columns = ["requested_url", "observed_at", "outcome", "reason"]
    rows = archive.observations(columns=columns).where(ds.field("outlet") == outlet, is_address).to_arrow()
    times: dict[str, int] = {}
    visits = integers(rows["observed_at"]).tolist()
    for address, at in zip(rows["requested_url"].to_pylist(), visits, strict=True):
        times[address] = max(at, times.get(address, 0))
    return times


def validators(
    archive: Archive, outlet: str, read: dict[str, int]
) -> dict[str, tuple[str | None, str | None]]:
    """ETag and Last-Modified of the visit that read each page; `read`: article ids and these times."""
    is_article = ds.field("article_id").isin(pa.array([*read], pa.string()))
    columns = ["article_id", "observed_at", "etag", "last_modified"]
    rows = archive.observations(columns=columns).where(ds.field("outlet") == outlet, is_article)
    by_article = {}
    for portion in rows.batches(_PORTION):
        for row, at in zip(portion.to_pylist(), integers(portion["observed_at"]).tolist(), strict=True):
            if at == read[row["article_id"]] and (row["etag"] or row["last_modified"]):
                by_article[row["article_id"]] = (row["etag"], row["last_modified"])
    return by_article


def _portions(archive: Archive, outlet: str) -> Iterator[pa.RecordBatch]:
    columns = ["article_id", "outcome", "reason", "http_status", "observed_at", "missing"]
    has_article = pc.invert(pc.is_null(ds.field("article_id")))
    rows = archive.observations(columns=columns).where(ds.field("outlet") == outlet, has_article)
    return rows.batches(_PORTION)


def _index(rows: pa.RecordBatch, articles: pa.Array) -> Numbers:
    positions: Numbers = _plain(pc.fill_null(pc.index_in(rows["article_id"], value_set=articles), -1))
    return positions


def integers(column: pa.Array | pa.ChunkedArray) -> Numbers:
    """Numbers of a column without nulls; times as microseconds since 1970."""
    return _plain(pc.cast(column, pa.int64()))


def _numbers(rows: pa.RecordBatch, column: str) -> Numbers:
    return _plain(pc.fill_null(rows[column], 0))


def _is_among(rows: pa.RecordBatch, outcomes: pa.Array) -> Mask:
    return np.asarray(pc.is_in(rows["outcome"].cast(pa.string()), value_set=outcomes), bool)


def _is_visit(rows: pa.RecordBatch) -> Mask:
    forbidden = pc.fill_null(pc.equal(rows["reason"].cast(pa.string()), Reason.ROBOTS_TXT), False)
    is_visit: Mask = _is_among(rows, _VISITED) | np.asarray(forbidden, bool)
    return is_visit


def _plain(values: pa.Array | pa.ChunkedArray) -> Numbers:
    return np.asarray(values, np.int64)
