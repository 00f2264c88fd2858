"""Parquet, for notebooks and DuckDB: typed columns, several values of a cell as a list. Needs the extra `parquet`."""

import json
from itertools import islice
from typing import Any, BinaryIO

from gtminer.errors import InputError
from gtminer.report.table import Cell, Column, Style, Table, words
from gtminer.text import encodable

SUFFIXES = (".parquet",)
BINARY = True

_BATCH = 20_000  # rows


def write(table: Table, out: BinaryIO, style: Style) -> None:
    """Write all columns of *table*; text as stored. The types follow from the columns, never from the rows."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise InputError("parquet needs pyarrow; run: pip install 'gtminer[parquet]'") from error
    types: Any = {"number": pa.int64(), "flag": pa.bool_(), "list": pa.list_(pa.string()), "text": pa.string()}
    schema = pa.schema([(column.name, types[_kind(column)]) for column in table.columns])
    rows = iter(table.rows)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while block := list(islice(rows, _BATCH)):
            columns = zip(*block, strict=True)
            arrays = [
                pa.array([_value(cell, _kind(column)) for cell in cells], types[_kind(column)])
                for column, cells in zip(table.columns, columns, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _kind(column: Column) -> str:
    if column.flag:
        return "flag"
    if column.many:
        return "list"
    return "number" if column.right else "text"


def _value(cell: Cell, kind: str) -> Cell:
    if cell is None or kind in ("number", "flag"):
        return cell
    if kind == "list":
        return [encodable(str(one)) for one in cell] if isinstance(cell, tuple | list) else [str(cell)]
    return encodable(json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict) else words(cell))
