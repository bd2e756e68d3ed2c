"""Tables that people keep in a spreadsheet: read with distrust, written without formulas."""

from pool.sheets.reading import MOST_BYTES, MOST_ROWS, Sheet, Unreadable, read
from pool.sheets.writing import as_csv, as_xlsx, harmless, told

__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "Sheet",
    "Unreadable",
    "as_csv",
    "as_xlsx",
    "harmless",
    "read",
    "told",
]
